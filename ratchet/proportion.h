// A proportion and what it proves: a rate that was measured, with the interval that its few trials leave.
#pragma once

#include <cstddef>

#include "ratchet/statistics.h"

namespace ratchet {

struct Proportion {
  std::size_t hits = 0;
  std::size_t trials = 0;
};

// hits / trials; 0 of 0 is 0.
[[nodiscard]] double rate(const Proportion& proportion);

// The exact interval of Clopper and Pearson (Biometrika 26 (1934) 404): each end is excluded by a one-sided binomial test at
// (1 - confidence) / 2. [0, 1] without trials. Throws Error for more hits than trials.
[[nodiscard]] Interval clopper_pearson(const Proportion& proportion, double confidence);

}  // namespace ratchet
