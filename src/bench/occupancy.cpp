#include "src/bench/occupancy.h"

namespace ratchet::bench {

Occupancy settled_occupancy(const std::function<Occupancy()>& look, const std::function<void()>& pause) {
  Occupancy seen = look();
  if (seen.processes.value_or(0) == 0) return {seen.processes, 0};
  for (int looks = 1; looks < kLooks && seen.busy_percent.value_or(0) > kIdlePercent; ++looks) {
    pause();
    seen = look();
  }
  return seen;
}

}  // namespace ratchet::bench
