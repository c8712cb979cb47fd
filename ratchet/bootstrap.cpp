#include "ratchet/bootstrap.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <string>

#include "ratchet/error.h"

namespace ratchet {
namespace {

// Pairs of ranks rarer than this are left out; all of them together weigh less than 1e-9 at n = 10,000.
constexpr double kNegligible = 1e-13;
// Cumulative sums end a few ulps off 1; a percentile must not fall to the next value because of them.
constexpr double kRounding = 1 - 1e-14;

std::vector<double> running_sum(const std::vector<double>& terms) {
  std::vector<double> sums(terms.size());
  double sum = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) sums[i] = sum += terms[i];
  return sums;
}

std::size_t rank_of(const std::vector<double>& cumulative, double p) {
  const auto at = std::lower_bound(cumulative.begin(), cumulative.end(), p * cumulative.back() * kRounding);
  return std::min(static_cast<std::size_t>(at - cumulative.begin()), cumulative.size() - 1);
}

double order_statistic(std::vector<double>& values, std::size_t rank) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

MedianBootstrap::MedianBootstrap(std::size_t n) : n_(n) {
  if (n == 0) throw Error("a bootstrap of no samples was asked for");
  const double count = static_cast<double>(n);
  const double k = static_cast<double>((n + 1) / 2);
  weight_.resize(n);
  double below = 0;
  for (std::size_t j = 1; j <= n; ++j) {
    const double upto = j == n ? 1 : boost::math::ibeta(k, count - k + 1, static_cast<double>(j) / count);
    weight_[j - 1] = upto - below;
    below = upto;
  }
  cumulative_ = running_sum(weight_);
  if (n % 2 == 0) pair_up();
}

// P(ranks a < b in the middle) = C(n,m) n^-n [a^m - (a-1)^m] [(n-b+1)^m - (n-b)^m], m = n/2: exactly m draws at or
// below a with one at a, exactly m at or above b with one at b, none between. What is left of a's weight lies on (a,
// a).
void MedianBootstrap::pair_up() {
  const double count = static_cast<double>(n_);
  const double m = count / 2;
  std::vector<double> log_step(n_);  // log of (a/n)^m - ((a-1)/n)^m, times 2^m to keep it near 1
  for (std::size_t a = 1; a <= n_; ++a) {
    const double at = m * std::log(2 * static_cast<double>(a) / count);
    const double before = a == 1 ? -INFINITY : m * std::log(2 * static_cast<double>(a - 1) / count);
    log_step[a - 1] = at + std::log1p(-std::exp(before - at));
  }
  const double log_choose = std::lgamma(count + 1) - 2 * std::lgamma(m + 1) - count * std::log(2.0);
  double total = 0;
  for (std::size_t a = 0; a < n_; ++a) {
    double off_diagonal = 0;
    for (std::size_t b = a + 1; b < n_; ++b) {
      const double p = std::exp(log_choose + log_step[a] + log_step[n_ - 1 - b]);
      off_diagonal += p;
      if (p > kNegligible) atoms_.push_back({a, b, p});
    }
    const double both = weight_[a] - off_diagonal;
    if (both > kNegligible) atoms_.push_back({a, a, both});
  }
  for (const Atom& atom : atoms_) total += atom.probability;
  for (Atom& atom : atoms_) atom.probability /= total;
}

Law MedianBootstrap::law(std::span<const double> sample) const {
  if (sample.size() != n_)
    throw Error("a sample of " + std::to_string(sample.size()) + " met a bootstrap for " + std::to_string(n_));
  std::vector<double> sorted(sample.begin(), sample.end());
  std::sort(sorted.begin(), sorted.end());
  if (n_ % 2 == 1) return {std::move(sorted), cumulative_};

  std::vector<std::pair<double, double>> atoms;
  atoms.reserve(atoms_.size());
  for (const Atom& atom : atoms_) atoms.emplace_back(0.5 * (sorted[atom.low] + sorted[atom.high]), atom.probability);
  std::sort(atoms.begin(), atoms.end());
  Law law;
  law.value.reserve(atoms.size());
  law.cumulative.reserve(atoms.size());
  double sum = 0;
  for (const auto& [value, probability] : atoms) {
    law.value.push_back(value);
    law.cumulative.push_back(sum += probability);
  }
  return law;
}

Interval MedianBootstrap::interval(std::span<const double> sample, double confidence) const {
  const double tail = (1 - confidence) / 2;
  if (n_ % 2 == 0 || sample.size() != n_) {
    const Law exact = law(sample);
    return {quantile(exact, tail), quantile(exact, 1 - tail)};
  }
  std::vector<double> values(sample.begin(), sample.end());
  const double low = order_statistic(values, rank_of(cumulative_, tail));
  return {low, order_statistic(values, rank_of(cumulative_, 1 - tail))};
}

double MedianBootstrap::standard_error(std::span<const double> sample) const {
  const Law exact = law(sample);
  double mean = 0;
  double square = 0;
  double below = 0;
  const double origin = exact.value.front();  // differences to it: no cancellation for a far-off location
  for (std::size_t i = 0; i < exact.value.size(); ++i) {
    const double p = exact.cumulative[i] - below;
    below = exact.cumulative[i];
    mean += p * (exact.value[i] - origin);
    square += p * (exact.value[i] - origin) * (exact.value[i] - origin);
  }
  return std::sqrt(std::max(0.0, square - mean * mean));
}

double quantile(const Law& law, double p) { return law.value[rank_of(law.cumulative, p)]; }

double ratio_probability(const Law& numerator, const Law& denominator, double ratio) {
  double sum = 0;
  double below = 0;
  std::size_t j = 0;
  for (std::size_t i = 0; i < denominator.value.size(); ++i) {
    const double limit = ratio * denominator.value[i] * (1 + 1e-15);  // a ratio met exactly counts as met
    while (j < numerator.value.size() && numerator.value[j] <= limit) ++j;
    sum += (denominator.cumulative[i] - below) * (j > 0 ? numerator.cumulative[j - 1] : 0);
    below = denominator.cumulative[i];
  }
  return sum;
}

Interval ratio_interval(const Law& numerator, const Law& denominator, double confidence) {
  const double tail = (1 - confidence) / 2;
  const auto at = [&](double p) {
    double low = numerator.value.front() / denominator.value.back();
    double high = numerator.value.back() / denominator.value.front();
    for (int i = 0; i < 60 && high - low > 1e-13 * high; ++i) {
      const double middle = 0.5 * (low + high);
      (ratio_probability(numerator, denominator, middle) >= p ? high : low) = middle;
    }
    return high;
  };
  return {at(tail), at(1 - tail)};
}

}  // namespace ratchet
