// The mean clock of a processor over many intervals, from notes of its cycle counter and of the time at their ends.
// Adding up before dividing makes a coarse time (a microsecond on some GPUs) harmless.
#pragma once

#include <cstdint>

namespace ratchet::bench {

// As bench_stamp of kernels/device_tools.cu writes it; both zero when it did not.
struct ClockStamp {
  std::uint64_t cycles = 0;
  std::uint64_t time_ns = 0;
};

class ClockCount {
 public:
  // Ignores an interval of which a note is missing, or whose counter or time went backwards.
  void add(const ClockStamp& start, const ClockStamp& stop) {
    if (start.time_ns == 0 || stop.time_ns <= start.time_ns || stop.cycles <= start.cycles) return;
    cycles_ += stop.cycles - start.cycles;
    time_ns_ += stop.time_ns - start.time_ns;
  }
  // 0 when nothing was counted.
  [[nodiscard]] double mhz() const {
    return time_ns_ == 0 ? 0 : 1e3 * static_cast<double>(cycles_) / static_cast<double>(time_ns_);
  }

 private:
  std::uint64_t cycles_ = 0;
  std::uint64_t time_ns_ = 0;
};

}  // namespace ratchet::bench
