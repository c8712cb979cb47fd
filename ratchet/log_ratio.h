// The time of one thing over the time of another, as launches tell it: on the logarithm, where a ratio is a difference
// and its inverse the same number turned around. What the tables that compare implementations share.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ratchet/run.h"

namespace ratchet {

// ln(second / first), its standard error and the degrees of freedom of that.
struct LogRatio {
  double mean = 0;
  double standard_error = 0;
  double freedom = 0;
};

// Logarithms of the medians of launches, in order.
[[nodiscard]] std::vector<double> logs_of(const Measurement& measured);

// Logarithms of the samples of each launch.
using LogSamples = std::vector<std::vector<double>>;
[[nodiscard]] LogSamples log_samples_of(const Measurement& measured);

// What each of the first `launches` launches says of ln(second / first); launch i of both was one launch, so what it
// shares falls out. With equally many rounds in each: the 20 % trimmed mean of the rounds' log ratios, as in a duet,
// so that what the rounds share falls out too. Else the ratio of the medians.
[[nodiscard]] std::vector<double> launch_log_ratios(const LogSamples& first, const LogSamples& second,
                                                    std::size_t launches);
[[nodiscard]] LogRatio mean_of_launches(std::span<const double> log_ratios);
// Launches that know nothing of each other. Welch, Biometrika 34 (1947) 28.
[[nodiscard]] LogRatio unpaired(std::span<const double> first, std::span<const double> second);

// Half the width of Student's interval that a normal mean leaves on each side with probability `tail`; 0 where the
// launches say nothing about it (fewer than two, or all alike).
[[nodiscard]] double reach(const LogRatio& told, double tail);

}  // namespace ratchet
