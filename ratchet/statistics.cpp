#include "ratchet/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "ratchet/error.h"

namespace ratchet {
namespace {

void refuse_empty(std::span<const double> sample) {
  if (sample.empty()) throw Error("a summary of no samples was asked for");
}

double sum_of_squares(std::span<const double> sample, double centre) {
  double sum = 0;
  for (double x : sample) sum += (x - centre) * (x - centre);
  return sum;
}

}  // namespace

double median(std::span<const double> sample) {
  refuse_empty(sample);
  std::vector<double> values(sample.begin(), sample.end());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*std::max_element(values.begin(), middle) + *middle);
}

double mean(std::span<const double> sample) {
  refuse_empty(sample);
  // Around the first value, so that the mean of equal values is that value: rounding must not look like spread.
  const double origin = sample.front();
  double sum = 0;
  for (double x : sample) sum += x - origin;
  return origin + sum / static_cast<double>(sample.size());
}

double squares_around_mean(std::span<const double> sample) { return sum_of_squares(sample, mean(sample)); }

double standard_deviation(std::span<const double> sample) {
  const double squares = squares_around_mean(sample);
  return sample.size() == 1 ? 0 : std::sqrt(squares / static_cast<double>(sample.size() - 1));
}

double variation(std::span<const double> sample) { return standard_deviation(sample) / mean(sample); }

TrimmedMean trimmed_mean(std::vector<double> sample) {
  refuse_empty(sample);
  const std::size_t n = sample.size();
  const std::size_t cut = n / 5;
  const auto low = sample.begin() + static_cast<std::ptrdiff_t>(cut);
  const auto high = sample.end() - static_cast<std::ptrdiff_t>(cut);
  // Two partial orderings instead of a sort: the order inside the three parts does not matter.
  std::nth_element(sample.begin(), low, sample.end());
  const double smallest = *low;  // of the kept ones; the next ordering moves it
  std::nth_element(low, high - 1, sample.end());
  TrimmedMean result;
  result.value = mean(std::span<const double>(low, high));
  if (n == 1) return result;

  const double count = static_cast<double>(n);
  const double plain = sum_of_squares(sample, mean(sample)) / (count - 1) / count;
  std::fill(sample.begin(), low, smallest);
  std::fill(high, sample.end(), *(high - 1));
  const double kept = 1 - 2 * static_cast<double>(cut) / count;
  const double winsorized = sum_of_squares(sample, mean(sample)) / (count - 1) / (kept * kept * count);
  result.variance = winsorized > 0 ? winsorized : plain;
  return result;
}

double apparent_tick(std::vector<double> sample) {
  std::sort(sample.begin(), sample.end());
  double tick = 0;
  for (std::size_t i = 1; i < sample.size(); ++i) {
    const double step = sample[i] - sample[i - 1];
    if (step > 0 && (tick == 0 || step < tick)) tick = step;
  }
  return tick;
}

}  // namespace ratchet
