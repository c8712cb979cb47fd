// The bootstrap distribution of a median, in closed form: what resampling tends to when its count goes to infinity. No
// seed, no resamples, the same interval bit for bit from the same data. Method and golden values: method.md.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ratchet/statistics.h"

namespace ratchet {

// A discrete law: value[i] has cumulative probability cumulative[i]; values ascend.
struct Law {
  std::vector<double> value;
  std::vector<double> cumulative;
};

// For one sample size n >= 1. Everything that depends on n alone is computed once here (0.4 ms at n = 100, microseconds
// at odd n), so that a sample costs little: keep the object for all samples of one size.
//
// P(the k-th order statistic of a resample is at most the j-th value) = P(Bin(n, j/n) >= k) = I_{j/n}(k, n-k+1).
// Efron 1979; Maritz & Jarrett, JASA 73 (1978) 194; even n: the joint law of the two middle order statistics.
class MedianBootstrap {
 public:
  explicit MedianBootstrap(std::size_t n);

  [[nodiscard]] std::size_t size() const { return n_; }

  // The law of the median; sample has size() values in any order.
  [[nodiscard]] Law law(std::span<const double> sample) const;

  // Percentile interval at a confidence such as 0.95. Odd n: two order statistics whose ranks depend on n alone.
  [[nodiscard]] Interval interval(std::span<const double> sample, double confidence) const;

  // Standard deviation of the law: for odd n the Maritz-Jarrett standard error of the median.
  [[nodiscard]] double standard_error(std::span<const double> sample) const;

 private:
  struct Atom {
    std::size_t low;  // ranks of the two middle order statistics
    std::size_t high;
    double probability;
  };
  void pair_up();

  std::size_t n_;
  std::vector<double> weight_;      // P(the k-th order statistic is the j-th value), k = (n+1)/2
  std::vector<double> cumulative_;  // of weight_
  std::vector<Atom> atoms_;         // even n only
};

// Smallest value whose cumulative probability reaches p.
[[nodiscard]] double quantile(const Law& law, double p);

// P(numerator / denominator <= ratio) for independent draws of two laws of positive values. O(|a| + |b|).
[[nodiscard]] double ratio_probability(const Law& numerator, const Law& denominator, double ratio);

// Percentile interval of numerator / denominator.
[[nodiscard]] Interval ratio_interval(const Law& numerator, const Law& denominator, double confidence);

}  // namespace ratchet
