#include "ratchet/looks.h"

#include <algorithm>
#include <cmath>

#include "ratchet/statistics.h"

namespace ratchet {
namespace {

double told_variance(const Series& series, std::size_t launches) {
  double sum = 0;
  for (std::size_t i = 0; i < launches; ++i) sum += series.launches[i].variance;
  return sum / static_cast<double>(launches);
}

}  // namespace

Looks::Looks(std::span<const Series> cases, const Policy& policy, std::size_t family)
    : states_(cases.size()), policy_(policy), family_(family) {
  cases_.reserve(cases.size());
  for (const Series& series : cases) cases_.push_back({{}, series.log_tolerance, series.prior});
}

bool Looks::any_open() const {
  return std::any_of(states_.begin(), states_.end(), [](const State& state) { return state.open; });
}

void Looks::add(std::size_t which, const LaunchEffect& launch) { cases_[which].launches.push_back(launch); }

void Looks::look() {
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    State& state = states_[i];
    state.open = state.open && cases_[i].launches.size() > state.decision.launches;
    if (state.open) state.decision.launches = cases_[i].launches.size();
  }
  if (any_open()) inflation_ = inflation_now();
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    State& state = states_[i];
    if (state.open && state.decision.launches >= policy_.min_launches) decide(cases_[i], state);
    state.open = state.open && !state.decision.decided && state.decision.launches < policy_.max_launches;
  }
}

// How much today's launches scatter beyond what was expected of them, over all cases with two launches or more.
double Looks::inflation_now() const {
  std::vector<Scatter> scatters;
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const std::size_t launches = states_[i].decision.launches;
    if (launches < 2 || cases_[i].prior.weight == 0) continue;
    scatters.push_back({launches, squares_around_mean(log_ratios(cases_[i], launches)),
                        cases_[i].prior.ratio * told_variance(cases_[i], launches)});
  }
  return inflation_today(scatters);
}

void Looks::decide(const Series& series, State& state) const {
  Decision& decision = state.decision;
  const double proof = std::log(static_cast<double>(family_) / policy_.alpha);
  const double doubt_gone = -std::log(policy_.beta);
  const Evidence evidence = weigh(log_ratios(series, decision.launches),
                                  prior_after(series, decision.launches, inflation_), series.log_tolerance);
  const bool tolerable = evidence.against_slow >= doubt_gone;
  state.not_slower = state.not_slower || tolerable;
  state.not_faster = state.not_faster || evidence.against_fast >= doubt_gone;
  // Slower, and slower by less than the tolerance, can both be proven at once, of a case that is measured well.
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
}

std::vector<Decision> Looks::decisions() const {
  std::vector<Decision> all;
  all.reserve(states_.size());
  for (const State& state : states_) {
    Decision& decision = all.emplace_back(state.decision);
    if (!decision.decided && state.not_slower) decision.verdict = Verdict::Held;
  }
  return all;
}

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
  Looks looks(cases, policy, family);
  for (std::size_t launch = 0; looks.any_open(); ++launch) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (looks.is_open(i) && launch < cases[i].launches.size()) looks.add(i, cases[i].launches[launch]);
    }
    looks.look();
  }
  return looks;
}

}  // namespace ratchet
