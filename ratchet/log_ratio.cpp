#include "ratchet/log_ratio.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "ratchet/statistics.h"
#include "ratchet/summary.h"

namespace ratchet {

std::vector<double> logs_of(const Measurement& measured) {
  std::vector<double> logs;
  for (const double median_ns : launch_medians(measured.launches)) logs.push_back(std::log(median_ns));
  return logs;
}

LogRatio paired(std::span<const double> first, std::span<const double> second) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.size(); ++i) differences.push_back(second[i] - first[i]);
  const double count = static_cast<double>(differences.size());
  return {mean(differences), standard_deviation(differences) / std::sqrt(count), count - 1};
}

LogRatio unpaired(std::span<const double> first, std::span<const double> second) {
  const auto error_of_mean = [](std::span<const double> logs) {
    const double deviation = standard_deviation(logs);
    return deviation * deviation / static_cast<double>(logs.size());
  };
  const double a = error_of_mean(first);
  const double b = error_of_mean(second);
  const double of_a = static_cast<double>(first.size()) - 1;
  const double of_b = static_cast<double>(second.size()) - 1;
  const double freedom = a + b > 0 ? (a + b) * (a + b) / (a * a / of_a + b * b / of_b) : std::min(of_a, of_b);
  return {mean(second) - mean(first), std::sqrt(a + b), freedom};
}

double reach(const LogRatio& told, double tail) {
  if (!(told.freedom > 0 && told.standard_error > 0)) return 0;
  const boost::math::students_t law(told.freedom);
  return boost::math::quantile(boost::math::complement(law, tail)) * told.standard_error;
}

}  // namespace ratchet
