// What timing itself costs, measured as every case is: batches of launches that do nothing. It is reported beside the
// times and never subtracted from them; both sides of a duet carry it alike.
#pragma once

#include "src/bench/device.h"

namespace ratchet::bench {

struct Floor {
  double launch_ns = 0;    // more of an interval for each launch in it
  double interval_ns = 0;  // what an interval takes besides, once
};

// From two intervals of n and of 2 n launches: slope and intercept, neither below zero. A case itself is not measured
// by its slope: the difference of two intervals has the noise of both, and what it would cancel, the intercept, is made
// small by the length of the interval (wanted_interval_ns) and is the same on both sides.
[[nodiscard]] Floor floor_from(std::uint64_t n, double interval_of_n_ns, double interval_of_2n_ns);

[[nodiscard]] Floor measure_floor(Device& device);

}  // namespace ratchet::bench
