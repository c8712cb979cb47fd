// Summaries of samples: the few estimators that the tests and the tables share. Pure functions of finite numbers; an
// empty sample is the caller's mistake and throws, it is never a zero.
#pragma once

#include <span>
#include <vector>

namespace ratchet {

struct Interval {
  double low = 0;
  double high = 0;
};

// Middle order statistic; the mean of the two middle ones for an even count.
[[nodiscard]] double median(std::span<const double> sample);

[[nodiscard]] double mean(std::span<const double> sample);

// Sum of (x - mean)^2.
[[nodiscard]] double squares_around_mean(std::span<const double> sample);

// Sample standard deviation (n-1); 0 for one value.
[[nodiscard]] double standard_deviation(std::span<const double> sample);

// Coefficient of variation: standard deviation / mean.
[[nodiscard]] double variation(std::span<const double> sample);

struct TrimmedMean {
  double value = 0;
  double variance = 0;  // of the value, not of the sample
};

// 20 % trimmed mean with Yuen's variance: winsorized variance / ((1 - 2*0.2)^2 n). A trimmed mean costs fewer samples
// than a median (1.1 instead of 1.57 times those of a mean) and is not blind below the timer's tick. Where more than
// 60 % of the values are equal the winsorized variance is 0 though the sample has spread; then the plain s^2/n stands
// in. Yuen, Biometrika 61 (1974) 165.
[[nodiscard]] TrimmedMean trimmed_mean(std::vector<double> sample);

// The smallest non-zero step between sorted values: what the timer seems to tick in. 0 when all values are equal.
[[nodiscard]] double apparent_tick(std::vector<double> sample);

}  // namespace ratchet
