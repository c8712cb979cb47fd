#include "ratchet/sequential.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "ratchet/error.h"

namespace ratchet {
namespace {

// Slowdowns that the alternative mixes: a ladder from the tolerance to 1024 times it, each rung sqrt(2) times the one
// before and weighing as much less (the first 0.29, so that the smallest slowdowns, the hard ones, pay little for it).
// The ladder must be long and close: where the variance is free, a mean far from every rung counts as noise. With rungs
// at 1, 2 and 5 tolerances alone, 12 % slower at a tolerance of 0.5 % was never proven, however quiet the device.
constexpr std::size_t kRungs = 21;
constexpr double kLargest = 1024;  // the last rung

// Squares around the mean, not around 0: the difference of two large sums could come out negative on a quiet device.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;
};

Moments moments_of(std::span<const double> values) {
  if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); }))
    throw Error("a log ratio that is not finite reached the sequential test");
  return {static_cast<double>(values.size()), mean(values), squares_around_mean(values)};
}

// How a mean that is not slower by the tolerance is expected: mostly 0; sometimes half the tolerance, so that a small
// slowdown that is measured well is held and shown, and does not use up the launches because it lies midway.
constexpr double kUnchanged = 0.9;

// Likelihood of one mean to that of another, the variance integrated out under its prior.
double log_ratio(const Moments& moments, VariancePrior prior, double shift, double against) {
  const double scatter = prior.weight * prior.variance + moments.squares;
  const double here = scatter + moments.count * (moments.mean - shift) * (moments.mean - shift);
  const double there = scatter + moments.count * (moments.mean - against) * (moments.mean - against);
  return -0.5 * (prior.weight + moments.count) * std::log(here / there);
}

double log_sum(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }

double log_against(const Moments& moments, VariancePrior prior, double log_tolerance) {
  return log_sum(std::log(kUnchanged) + log_ratio(moments, prior, 0, log_tolerance),
                 std::log1p(-kUnchanged) + log_ratio(moments, prior, 0.5 * log_tolerance, log_tolerance));
}

double log_mixture(const Moments& moments, VariancePrior prior, double log_tolerance) {
  std::array<double, kRungs> terms{};
  double step = 1;
  double weights = 0;
  for (double& term : terms) {
    term = log_ratio(moments, prior, step * log_tolerance, kUnseen * log_tolerance) - std::log(step);
    weights += 1 / step;
    step *= std::numbers::sqrt2;
  }
  const double largest = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum / weights);
}

// Evidence that the mean lies beyond `bound`, on the side of `direction` (1 above, -1 below), of normal launches of any
// variance: the distance in standard deviations is mixed over N(0, 1), the standard deviation integrated out under its
// right Haar measure. A test martingale at the bound itself (Lai, Ann. Statist. 4 (1976) 265; Wang & Ramdas, Stat.
// Probab. Lett. 2025), and further back the same launches give less of it: with the side cut off, what is left grows
// with their mean. The 1 of the mixture is the price in launches: fewer than 9 prove no slowdown at a share of 2e-4,
// fewer than 5 hold nothing, and two modes of a process are not taken for one of them (method.md).
double log_beyond(const Moments& moments, double bound, double direction) {
  const double distance = direction * (moments.mean - bound);
  if (!(distance > 0 && moments.squares > 0)) return -std::numeric_limits<double>::infinity();
  const double away = moments.count * distance * distance;
  return 0.5 * (moments.count * std::log((moments.squares + away) / (moments.squares + away / (moments.count + 1))) -
                std::log1p(moments.count));
}

Evidence weigh_without_belief(const Moments& moments, double log_tolerance) {
  Evidence evidence;
  evidence.slower = log_beyond(moments, kUnseen * log_tolerance, 1);
  evidence.faster = log_beyond(moments, -kUnseen * log_tolerance, -1);
  evidence.against_slow = log_beyond(moments, log_tolerance, -1);
  evidence.against_fast = log_beyond(moments, -log_tolerance, 1);
  return evidence;
}

// Not weight 0 alone: a prior that lost its weight by mistake must not choose another test.
bool believes_nothing(VariancePrior prior) { return prior.weight == 0 && prior.variance == 0; }

double log_slower(const Moments& moments, VariancePrior prior, double log_tolerance) {
  return believes_nothing(prior) ? log_beyond(moments, kUnseen * log_tolerance, 1)
                                  : log_mixture(moments, prior, log_tolerance);
}

void require_positive(VariancePrior prior) {
  if (!(believes_nothing(prior) || (prior.variance > 0 && prior.weight > 0)))
    throw Error("the sequential test needs a positive prior variance and weight");
}

}  // namespace

Evidence weigh(std::span<const double> log_ratios, VariancePrior prior, double log_tolerance) {
  require_positive(prior);
  if (!(log_tolerance > 0)) throw Error("the sequential test needs a positive tolerance");
  const Moments moments = moments_of(log_ratios);
  if (believes_nothing(prior)) return weigh_without_belief(moments, log_tolerance);
  Evidence evidence;
  evidence.slower = log_mixture(moments, prior, log_tolerance);
  evidence.faster = log_mixture(moments, prior, -log_tolerance);
  evidence.against_slow = log_against(moments, prior, log_tolerance);
  evidence.against_fast = log_against(moments, prior, -log_tolerance);
  return evidence;
}

double log_likelihood_ratio(std::span<const double> log_ratios, VariancePrior prior, double shift) {
  require_positive(prior);
  return log_ratio(moments_of(log_ratios), prior, shift, 0);
}

Effect estimate(std::span<const double> log_ratios, VariancePrior prior, double confidence) {
  require_positive(prior);
  const Moments moments = moments_of(log_ratios);
  Effect effect;
  effect.log_ratio = moments.mean;
  effect.degrees_of_freedom = prior.weight + moments.count - 1;
  effect.standard_error =
      std::sqrt((prior.weight * prior.variance + moments.squares) / effect.degrees_of_freedom / moments.count);
  const boost::math::students_t law(effect.degrees_of_freedom);
  const double reach = boost::math::quantile(law, 0.5 + confidence / 2) * effect.standard_error;
  effect.interval = {effect.log_ratio - reach, effect.log_ratio + reach};
  return effect;
}

double smallest_detectable(const Effect& effect, VariancePrior prior, double log_tolerance, std::size_t launches,
                           double alpha, double beta) {
  require_positive(prior);
  // So many launches with the standard deviation that is believed now.
  const double count = static_cast<double>(launches);
  const double seen = effect.degrees_of_freedom - prior.weight + 1;
  const double variance = effect.standard_error * effect.standard_error * seen;
  Moments moments{count, 0, (count - 1) * variance};
  const double proof = -std::log(alpha);
  double low = 0;
  double high = kLargest * log_tolerance;
  for (int i = 0; i < 60; ++i) {
    moments.mean = 0.5 * (low + high);
    (log_slower(moments, prior, log_tolerance) >= proof ? high : low) = moments.mean;
  }
  moments.mean = high;
  if (believes_nothing(prior) && log_slower(moments, prior, log_tolerance) < proof)
    return std::numeric_limits<double>::infinity();
  const boost::math::students_t law(prior.weight + count - 1);
  return std::max(log_tolerance, high + boost::math::quantile(law, 1 - beta) * std::sqrt(variance / count));
}

}  // namespace ratchet
