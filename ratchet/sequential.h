// The sequential test of a duet: evidence after any number of launches, valid at every look. Pure arithmetic on one
// number a launch (the log ratio candidate/baseline); no knowledge of cases, documents or policy. Derivation:
// method.md.
#pragma once

#include <cstddef>
#include <span>

#include "ratchet/statistics.h"

namespace ratchet {

// What is believed of the variance of a launch's log ratio before seeing the launches: scaled inverse chi-squared with
// this mean and this many degrees of freedom. Both must be positive, or both 0: then nothing
// is believed, and the e-values are those of a t-test, valid whatever the variance is.
struct VariancePrior {
  double variance = 0;
  double weight = 0;
};

// Natural logarithms, so that overwhelming evidence does not overflow.
struct Evidence {
  double slower = 0;        // e-value against "slower by at most kUnseen tolerances": likelihood ratio of a ladder of
                            // slowdowns, from the tolerance to 1024 times it, to that
  double faster = 0;        // the same mirrored
  double against_slow = 0;  // e-value against "slower by the tolerance or more": likelihood of 0, and a little of half
                            // the tolerance, to that of the tolerance
  double against_fast = 0;  // the same mirrored
};

// Slowdowns up to this part of the tolerance are nobody's fault: identical code on buffers of its own differed by up to
// that on an H200 (method.md), and neither does a user call them a regression.
inline constexpr double kUnseen = 0.25;

// log_ratios: one per launch, finite. log_tolerance > 0. Under the prior each e-value has expectation <= 1 when its
// hypothesis is true, at any stopping time (Ville): P(ever slower >= log(1/a)) <= a. Without a belief this holds for normal
// launches of any variance, and e-values are 0 (minus infinity) on the other side of what they speak against, and where
// the launches do not scatter.
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

// Smallest true slowdown (log ratio, at least the tolerance) for which `launches` that scatter like these show evidence
// of log(1/alpha) with probability 1-beta. Infinite when so few launches prove nothing (without a belief).
[[nodiscard]] double smallest_detectable(const Effect& effect, VariancePrior prior, double log_tolerance,
                                         std::size_t launches, double alpha, double beta);

}  // namespace ratchet
