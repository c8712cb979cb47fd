// Rounds by the host's monotonic clock, read around each batch of calls: of work on the host's processor, and of cases
// that are about launching work on a device.
#pragma once

#include <functional>

#include "src/bench/device.h"

namespace ratchet::bench {

class HostTimer final : public Timer {
 public:
  // `flush_bytes` of other memory are written and read before every interval; 0 leaves the caches warm. `finish` waits
  // for what launches have enqueued; an interval begins after one and ends with another.
  HostTimer(std::span<const Rotation> sides, TimerSettings settings, std::uint64_t flush_bytes,
            std::function<void()> finish);

  [[nodiscard]] std::uint64_t batch() const override { return settings_.batch; }
  [[nodiscard]] Block rounds(std::span<const std::uint8_t> first) override;
  void once(std::size_t side) override;
  void plant(double percent) override { planted_percent_ = percent; }
  [[nodiscard]] std::string work(std::size_t) const override { return {}; }
  [[nodiscard]] std::vector<std::string> warnings() const override { return warnings_; }

 private:
  [[nodiscard]] std::int64_t interval_ns(std::size_t side);
  void flush_caches();

  std::vector<Rotation> sides_;
  TimerSettings settings_;
  std::vector<std::uint64_t> flush_;
  std::function<void()> finish_;
  double planted_percent_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace ratchet::bench
