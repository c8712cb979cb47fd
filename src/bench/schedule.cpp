#include "src/bench/schedule.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "src/bench/draw.h"

namespace ratchet::bench {

namespace {

constexpr std::size_t kSteadyBlocks = 5;
constexpr double kTickShare = 0.001;
constexpr double kOverheadShare = 0.01;
constexpr double kRoundingNs = 0.25;

}  // namespace

std::vector<std::uint8_t> round_order(std::uint64_t rounds, std::uint64_t seed) {
  std::vector<std::uint8_t> order(rounds);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto first = static_cast<std::uint8_t>(draw(seed, round / 2) >> 63);
    order[round] = round % 2 == 0 ? first : static_cast<std::uint8_t>(1 - first);
  }
  return order;
}

std::vector<std::size_t> side_order(std::size_t sides, std::uint64_t launch) {
  std::vector<std::size_t> order(sides);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (launch % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

std::vector<std::size_t> turns(std::size_t cases, std::uint64_t round, std::uint64_t seed) {
  const std::uint64_t pair = round / 2;
  const std::uint64_t first_pair = pair / cases * cases;  // of this pass, in which every shift comes once
  std::vector<std::size_t> shifts(cases);
  std::iota(shifts.begin(), shifts.end(), std::size_t{0});
  for (std::size_t i = 0; i + 1 < cases; ++i)
    std::swap(shifts[i], shifts[i + draw(seed, 2 * (first_pair + i)) % (cases - i)]);
  // 0, 1, n-1, 2, n-2, ...: all differences between neighbours are different.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < cases; ++i) {
    const std::size_t step = i % 2 == 1 ? (i + 1) / 2 : cases - i / 2;
    order.push_back((step + shifts[pair % cases]) % cases);
  }
  const bool mirrored = (draw(seed, 2 * pair + 1) >> 63) != round % 2;
  if (mirrored) std::reverse(order.begin(), order.end());
  return order;
}

double wanted_interval_ns(double tick_ns, double overhead_ns, double shortest_ns) {
  return std::max({shortest_ns, tick_ns / kTickShare, overhead_ns / kOverheadShare});
}

std::uint64_t next_batch(std::uint64_t batch, double interval_ns, double wanted_ns) {
  if (interval_ns >= wanted_ns || batch >= kMaximalBatch) return batch;
  // 5 % more than needed: the first estimate holds the fixed cost of an interval once, and times vary.
  const double calls = std::ceil(static_cast<double>(batch) * wanted_ns * 1.05 / std::max(interval_ns, 1.0));
  if (calls >= static_cast<double>(kMaximalBatch)) return kMaximalBatch;
  return std::max(batch + 1, static_cast<std::uint64_t>(calls));
}

std::uint64_t rotation_sets(std::uint64_t set_bytes, std::uint64_t eviction_bytes) {
  if (set_bytes == 0 || eviction_bytes == 0) return 0;
  // What a call leaves of itself in the cache is then a small part of what the next one moves.
  if (set_bytes >= 3 * eviction_bytes) return 1;
  const std::uint64_t sets = (eviction_bytes + set_bytes - 1) / set_bytes + 1;
  return sets <= kMaximalSets ? sets : 0;
}

bool steady(std::span<const double> block_medians, double tolerance) {
  if (block_medians.size() < kSteadyBlocks) return false;
  const auto last = block_medians.last(kSteadyBlocks);
  const auto [low, high] = std::minmax_element(last.begin(), last.end());
  return *high - *low <= tolerance * median({last.begin(), last.end()});
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double smallest_step(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double step = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double gap = values[i] - values[i - 1];
    if (gap > kRoundingNs && (step == 0 || gap < step)) step = gap;
  }
  return step;
}

std::uint64_t delay_cycles(double wanted_ns, std::uint64_t trial_cycles, double trial_ns) {
  if (trial_ns <= 0) return 0;
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(trial_cycles) * wanted_ns / trial_ns));
}

}  // namespace ratchet::bench
