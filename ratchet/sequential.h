// The sequential test of a duet: evidence after any number of launches, valid at every look. Pure arithmetic on one
// number a launch (the log ratio candidate/baseline); no knowledge of cases, documents or policy. Derivation:
// method.md.
#pragma once

#include <cstddef>
#include <span>

#include "ratchet/statistics.h"

namespace ratchet {

// What is believed of the variance of a launch's log ratio before seeing the launches: scaled inverse chi-squared with
// this mean and this many degrees of freedom. The variance must be positive.
struct VariancePrior {
  double variance = 0;
  double weight = 0;
};

// Natural logarithms, so that overwhelming evidence does not overflow.
struct Evidence {
  double slower = 0;        // e-value against "not slower": likelihood ratio of a ladder of slowdowns, from the
                            // tolerance to 1024 times it, to 0
  double faster = 0;        // the same mirrored
  double against_slow = 0;  // e-value against "slower by the tolerance or more": likelihood of 0, and a little of half
                            // the tolerance, to that of the tolerance
  double against_fast = 0;  // the same mirrored
};

// log_ratios: one per launch, finite. log_tolerance > 0. Under the prior each e-value has expectation <= 1 when its
// hypothesis is true, at any stopping time (Ville): P(ever slower >= log(1/a)) <= a.
[[nodiscard]] Evidence weigh(std::span<const double> log_ratios, VariancePrior prior, double log_tolerance);

// Likelihood of a mean log ratio of `shift` to that of 0, the variance integrated out under its prior; natural
// logarithm.
[[nodiscard]] double log_likelihood_ratio(std::span<const double> log_ratios, VariancePrior prior, double shift);

// Mean of the log ratios with its Student interval, the variance moderated by the prior (weight + k - 1 degrees of
// freedom).
struct Effect {
  double log_ratio = 0;
  Interval interval;
  double standard_error = 0;
  double degrees_of_freedom = 0;
};
[[nodiscard]] Effect estimate(std::span<const double> log_ratios, VariancePrior prior, double confidence);

// Smallest true slowdown (log ratio) that a fixed test with this many launches finds with probability 1-beta at level
// alpha.
[[nodiscard]] double smallest_detectable(const Effect& effect, double alpha, double beta);

}  // namespace ratchet
