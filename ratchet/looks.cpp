#include "ratchet/looks.h"

#include <cmath>

#include "ratchet/statistics.h"

namespace ratchet {
namespace {

struct Open {
  bool open = true;
  bool not_slower = false;
  bool not_faster = false;
};

double told_variance(const Series& series, std::size_t launches) {
  double sum = 0;
  for (std::size_t i = 0; i < launches; ++i) sum += series.launches[i].variance;
  return sum / static_cast<double>(launches);
}

// How much today's launches scatter beyond what was expected of them, over all cases with two launches or more.
double inflation_of(std::span<const Series> cases, const std::vector<Decision>& decisions) {
  std::vector<Scatter> scatters;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::size_t launches = decisions[i].launches;
    if (launches < 2) continue;
    scatters.push_back({launches, squares_around_mean(log_ratios(cases[i], launches)),
                        cases[i].prior.ratio * told_variance(cases[i], launches)});
  }
  return inflation_today(scatters);
}

void look(const Series& series, const Policy& policy, std::size_t family, double inflation, Open& state,
          Decision& decision) {
  const double proof = std::log(static_cast<double>(family) / policy.alpha);
  const double doubt_gone = -std::log(policy.beta);
  const Evidence evidence = weigh(log_ratios(series, decision.launches),
                                  prior_after(series, decision.launches, inflation), series.log_tolerance);
  const bool tolerable = evidence.against_slow >= doubt_gone;
  state.not_slower = state.not_slower || tolerable;
  state.not_faster = state.not_faster || evidence.against_fast >= doubt_gone;
  // Slower, and slower by less than the tolerance, can both be proven, of a case that is measured well.
  if (evidence.slower >= proof && !tolerable) {
    decision.verdict = Verdict::Regressed;
  } else if (evidence.faster >= proof) {
    decision.verdict = Verdict::Improved;
  } else if (state.not_slower && state.not_faster) {
    decision.verdict = Verdict::Held;
  } else {
    return;
  }
  decision.decided = true;
  state.open = false;
}

}  // namespace

std::vector<double> log_ratios(const Series& series, std::size_t launches) {
  std::vector<double> values;
  values.reserve(launches);
  for (std::size_t i = 0; i < launches; ++i) values.push_back(series.launches[i].log_ratio);
  return values;
}

VariancePrior prior_after(const Series& series, std::size_t launches, double inflation) {
  return {series.prior.ratio * inflation * told_variance(series, launches), series.prior.weight};
}

Looks look_launch_by_launch(std::span<const Series> cases, const Policy& policy, std::size_t family) {
  Looks looks;
  looks.decisions.resize(cases.size());
  std::vector<Open> states(cases.size());
  for (std::size_t launches = 1; launches <= policy.max_launches; ++launches) {
    bool any = false;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      states[i].open = states[i].open && launches <= cases[i].launches.size();
      if (states[i].open) looks.decisions[i].launches = launches;
      any = any || states[i].open;
    }
    if (!any) break;
    looks.inflation = inflation_of(cases, looks.decisions);
    if (launches < policy.min_launches) continue;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (states[i].open) look(cases[i], policy, family, looks.inflation, states[i], looks.decisions[i]);
    }
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!looks.decisions[i].decided && states[i].not_slower) looks.decisions[i].verdict = Verdict::Held;
  }
  return looks;
}

}  // namespace ratchet
