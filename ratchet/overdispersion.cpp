#include "ratchet/overdispersion.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>

#include "ratchet/launch_effect.h"
#include "ratchet/statistics.h"

namespace ratchet {
namespace {

constexpr std::size_t kFewestCases = 5;

// Squares around the mean over the variance that the rounds told, and its degrees of freedom.
struct Share {
  double squares = 0;
  double freedom = 0;
};

Share share_of(const std::vector<DuetLaunch>& launches, std::size_t min_rounds) {
  std::vector<double> log_ratios;
  std::vector<double> variances;
  for (const DuetLaunch& launch : launches) {
    const LaunchReading reading = read_launch(launch, min_rounds);
    if (!reading.effect) continue;
    log_ratios.push_back(reading.effect->log_ratio);
    variances.push_back(reading.effect->variance);
  }
  if (log_ratios.size() < 2) return {};
  return {squares_around_mean(log_ratios) / mean(variances), static_cast<double>(log_ratios.size() - 1)};
}

}  // namespace

Overdispersion without_history(const Policy& policy) { return {policy.overdispersion, policy.prior_weight, 0}; }

Overdispersion overdispersion(std::span<const std::vector<DuetLaunch>> past, const Policy& policy) {
  Overdispersion learnt = without_history(policy);
  double squares = policy.prior_weight * policy.overdispersion;
  double freedom = policy.prior_weight;
  for (const auto& launches : past) {
    const Share share = share_of(launches, policy.min_rounds);
    squares += share.squares;
    freedom += share.freedom;
    learnt.launches += launches.size();
  }
  learnt.ratio = squares / freedom;
  learnt.weight = std::min(freedom, std::max(policy.prior_weight, policy.max_prior_weight));
  return learnt;
}

double inflation_today(std::span<const Scatter> cases) {
  if (cases.size() < kFewestCases) return 1;
  std::map<std::size_t, double> by_chance;  // a quantile costs microseconds, and cases share their count of launches
  std::vector<double> ratios;
  ratios.reserve(cases.size());
  for (const Scatter& one : cases) {
    const auto [expected, fresh] = by_chance.try_emplace(one.launches);
    if (fresh) {
      const boost::math::chi_squared law(static_cast<double>(one.launches - 1));
      expected->second = boost::math::quantile(law, 0.5);
    }
    ratios.push_back(one.squares / one.prior_variance / expected->second);
  }
  return std::max(1.0, median(ratios));
}

}  // namespace ratchet
