#include "ratchet/log_ratio.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <iterator>

#include "ratchet/statistics.h"
#include "ratchet/summary.h"

namespace ratchet {

std::vector<double> logs_of(const Measurement& measured) {
  std::vector<double> logs;
  for (const double median_ns : launch_medians(measured.launches)) logs.push_back(std::log(median_ns));
  return logs;
}

LogSamples log_samples_of(const Measurement& measured) {
  LogSamples logs;
  for (const std::vector<double>& samples : measured.launches) {
    std::vector<double>& launch = logs.emplace_back();
    for (const double time_ns : samples) launch.push_back(std::log(time_ns));
  }
  return logs;
}

std::vector<double> launch_log_ratios(const LogSamples& first, const LogSamples& second, std::size_t launches) {
  const bool in_rounds = std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(launches), second.begin(),
                                    [](const auto& a, const auto& b) { return a.size() == b.size(); });
  std::vector<double> ratios;
  for (std::size_t i = 0; i < launches; ++i) {
    if (!in_rounds) {
      ratios.push_back(median(second[i]) - median(first[i]));
      continue;
    }
    std::vector<double> of_rounds;
    std::transform(second[i].begin(), second[i].end(), first[i].begin(), std::back_inserter(of_rounds), std::minus<>());
    ratios.push_back(trimmed_mean(std::move(of_rounds)).value);
  }
  return ratios;
}

LogRatio mean_of_launches(std::span<const double> log_ratios) {
  const double count = static_cast<double>(log_ratios.size());
  return {mean(log_ratios), standard_deviation(log_ratios) / std::sqrt(count), count - 1};
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
