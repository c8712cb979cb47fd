#include "src/bench/host_timer.h"

#include <chrono>
#include <utility>

namespace ratchet::bench {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

HostTimer::HostTimer(std::span<const Rotation> sides, TimerSettings settings, std::uint64_t flush_bytes,
                     std::function<void()> finish)
    : sides_(sides.begin(), sides.end()),
      settings_(settings),
      flush_(flush_bytes / sizeof(std::uint64_t)),
      finish_(std::move(finish)) {
  if (settings_.flush && flush_.empty())
    warnings_.push_back("the size of the cache is unknown, so it was not emptied before each call");
}

Block HostTimer::rounds(std::span<const std::uint8_t> first) {
  Block block;
  block.rounds.reserve(first.size());
  for (const std::uint8_t leader : first) {
    Round& round = block.rounds.emplace_back();
    for (std::size_t turn = 0; turn < sides_.size(); ++turn) {
      const std::size_t side = sides_.size() == 1 ? 0 : leader ^ turn;
      round[side] = interval_ns(side);
    }
  }
  return block;
}

void HostTimer::once(std::size_t side) {
  for (std::uint64_t call = 0; call < settings_.batch; ++call) sides_[side][call % sides_[side].size()]->launch();
}

std::int64_t HostTimer::interval_ns(std::size_t side) {
  flush_caches();
  if (settings_.rewarm) sides_[side].front()->launch();
  finish_();
  const auto start = Clock::now();
  once(side);
  finish_();
  auto end = Clock::now();
  if (planted_percent_ > 0 && side + 1 == sides_.size()) {
    const auto extra = std::chrono::duration<double, std::nano>(end - start) * (planted_percent_ / 100);
    const auto wanted = end + std::chrono::duration_cast<Clock::duration>(extra);
    while (end < wanted) end = Clock::now();
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count();
}

// Written and then read: lines left dirty would be written back inside the interval.
void HostTimer::flush_caches() {
  for (std::uint64_t& word : flush_) ++word;
  std::uint64_t sum = 0;
  for (const std::uint64_t word : flush_) sum += word;
  asm volatile("" : : "r"(sum));
}

}  // namespace ratchet::bench
