#include "ratchet/sequential.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "ratchet/error.h"

namespace ratchet {
namespace {

// Slowdowns that the alternative mixes, in tolerances: one at the tolerance itself, two for the plain ones.
constexpr std::array<double, 3> kMixture{1, 2, 5};

struct Sums {
  double count = 0;
  double first = 0;
  double second = 0;
};

Sums sums_of(std::span<const double> values) {
  Sums sums;
  for (double x : values) {
    if (!std::isfinite(x)) throw Error("a log ratio that is not finite reached the sequential test");
    sums.count += 1;
    sums.first += x;
    sums.second += x * x;
  }
  return sums;
}

// Likelihood of a mean shift to that of 0, the variance integrated out under its prior.
double log_likelihood_ratio(const Sums& sums, VariancePrior prior, double shift) {
  const double base = prior.weight * prior.variance + sums.second;
  const double moved = base - 2 * shift * sums.first + sums.count * shift * shift;
  return -0.5 * (prior.weight + sums.count) * std::log(moved / base);
}

double log_mixture(const Sums& sums, VariancePrior prior, double log_tolerance) {
  std::array<double, kMixture.size()> terms{};
  for (std::size_t i = 0; i < terms.size(); ++i)
    terms[i] = log_likelihood_ratio(sums, prior, kMixture[i] * log_tolerance);
  const double largest = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum / static_cast<double>(terms.size()));
}

void require_positive(VariancePrior prior) {
  if (!(prior.variance > 0 && prior.weight > 0))
    throw Error("the sequential test needs a positive prior variance and weight");
}

}  // namespace

Evidence weigh(std::span<const double> log_ratios, VariancePrior prior, double log_tolerance) {
  require_positive(prior);
  if (!(log_tolerance > 0)) throw Error("the sequential test needs a positive tolerance");
  const Sums sums = sums_of(log_ratios);
  Evidence evidence;
  evidence.slower = log_mixture(sums, prior, log_tolerance);
  evidence.faster = log_mixture(sums, prior, -log_tolerance);
  evidence.against_slow = -log_likelihood_ratio(sums, prior, log_tolerance);
  evidence.against_fast = -log_likelihood_ratio(sums, prior, -log_tolerance);
  return evidence;
}

Effect estimate(std::span<const double> log_ratios, VariancePrior prior, double confidence) {
  require_positive(prior);
  Effect effect;
  effect.log_ratio = mean(log_ratios);
  const double count = static_cast<double>(log_ratios.size());
  double squares = 0;
  for (double x : log_ratios) squares += (x - effect.log_ratio) * (x - effect.log_ratio);
  effect.degrees_of_freedom = prior.weight + count - 1;
  effect.standard_error = std::sqrt((prior.weight * prior.variance + squares) / effect.degrees_of_freedom / count);
  const boost::math::students_t law(effect.degrees_of_freedom);
  const double reach = boost::math::quantile(law, 0.5 + confidence / 2) * effect.standard_error;
  effect.interval = {effect.log_ratio - reach, effect.log_ratio + reach};
  return effect;
}

double smallest_detectable(const Effect& effect, double alpha, double beta) {
  const boost::math::students_t law(effect.degrees_of_freedom);
  return (boost::math::quantile(law, 1 - alpha) + boost::math::quantile(law, 1 - beta)) * effect.standard_error;
}

}  // namespace ratchet
