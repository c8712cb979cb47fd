#include "ratchet/bootstrap.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

#include "ratchet/error.h"
#include "tests/ratchet/close.h"

using namespace ratchet;

namespace {

// Two fixed samples with ties for the larger n; the golden values below were computed from them by an independent
// program in Python and agree with 999,999 resamples of scipy.stats.bootstrap.
std::vector<double> sample_a(std::size_t n) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(40 + static_cast<double>((7919 * i) % 1009) / 250);
  return values;
}

std::vector<double> sample_b(std::size_t n) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(41 + static_cast<double>((6151 * i + 13) % 997) / 250);
  return values;
}

struct Golden {
  std::size_t n;
  Interval median_a;
  Interval ratio;
  double not_slower;  // P(median b / median a <= 1)
  double standard_error_a;
};

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

// Every one of the n^n resamples, counted.
std::map<double, double> enumerate(const std::vector<double>& sample) {
  const std::size_t n = sample.size();
  std::map<double, double> law;
  std::vector<std::size_t> digits(n, 0);
  double resamples = 0;
  for (bool more = true; more; ++resamples) {
    std::vector<double> resample;
    for (const std::size_t d : digits) resample.push_back(sample[d]);
    law[middle(resample)] += 1;
    std::size_t at = 0;
    while (at < n && ++digits[at] == n) digits[at++] = 0;
    more = at < n;
  }
  for (auto& [value, count] : law) count /= resamples;
  return law;
}

double cumulative_at(const Law& law, double value) {
  double reached = 0;
  for (std::size_t i = 0; i < law.value.size() && law.value[i] <= value; ++i) reached = law.cumulative[i];
  return reached;
}

}  // namespace

TEST_CASE("bootstrap: intervals, ratio and standard error have their golden values at every parity of n") {
  const std::vector<Golden> golden{
      {20, {41.034, 42.688}, {0.989897566018, 1.048379246569}, 0.117862782413656, 0.42737902073691747},
      {99, {41.588, 42.416}, {1.008888888889, 1.035875733385}, 0.000365754627538, 0.20312894251918373},
      {100, {41.638, 42.416}, {1.008792663326, 1.035695411963}, 0.000368289039649, 0.2024560892965245},
      {101, {41.672, 42.432}, {1.008601947254, 1.035799751125}, 0.000445104840096, 0.20502230250704015},
      {500, {41.842, 42.194}, {1.016769303648, 1.028886554622}, 8.16027e-15, 0.08921196893239583}};
  for (const Golden& want : golden) {
    INFO("n = ", want.n);
    const MedianBootstrap bootstrap(want.n);
    const auto a = sample_a(want.n);
    const Law law_a = bootstrap.law(a);
    const Law law_b = bootstrap.law(sample_b(want.n));
    const Interval median_a = bootstrap.interval(a, 0.95);
    CHECK(close(median_a.low, want.median_a.low, 1e-15));
    CHECK(close(median_a.high, want.median_a.high, 1e-15));
    const Interval ratio = ratio_interval(law_b, law_a, 0.95);
    CHECK(close(ratio.low, want.ratio.low, 1e-12));
    CHECK(close(ratio.high, want.ratio.high, 1e-12));
    CHECK(std::abs(ratio_probability(law_b, law_a, 1) - want.not_slower) < 1e-12);
    CHECK(close(bootstrap.standard_error(a), want.standard_error_a, 1e-10));
  }
}

TEST_CASE("bootstrap: the law is that of all n^n resamples, for n from 1 to 6, with and without ties") {
  const std::vector<std::vector<double>> samples{
      {3.5},  {2, 1},    {4, 1, 7},    {1, 8, 2, 4},    {5, 1, 2, 9, 3},   {6, 1, 2, 9, 3, 5},
      {1, 1}, {2, 2, 5}, {1, 3, 3, 3}, {4, 4, 1, 1, 2}, {7, 7, 7, 1, 1, 2}};
  for (const auto& sample : samples) {
    const Law law = MedianBootstrap(sample.size()).law(sample);
    double reached = 0;
    for (const auto& [value, probability] : enumerate(sample)) {
      reached += probability;
      INFO("n = ", sample.size(), ", median ", value);
      CHECK(std::abs(cumulative_at(law, value) - reached) <= 1e-14);
    }
    CHECK(std::abs(law.cumulative.back() - 1) <= 1e-14);
  }
}

TEST_CASE("bootstrap: random resamples stay within the Dvoretzky-Kiefer-Wolfowitz band of the law") {
  constexpr int kResamples = 30000;
  const double band = std::sqrt(std::log(2 / 1e-6) / (2.0 * kResamples));  // left with probability 1e-6
  std::mt19937_64 random(20);
  for (const std::size_t n : {5u, 20u, 51u, 100u, 101u}) {
    const auto sample = sample_a(n);
    const Law law = MedianBootstrap(n).law(sample);
    std::uniform_int_distribution<std::size_t> any(0, n - 1);
    std::vector<double> medians;
    std::vector<double> resample(n);
    for (int i = 0; i < kResamples; ++i) {
      for (double& x : resample) x = sample[any(random)];
      medians.push_back(median(resample));
    }
    std::sort(medians.begin(), medians.end());
    double furthest = 0;
    for (std::size_t i = 0; i + 1 < law.value.size(); ++i) {
      if (law.value[i + 1] - law.value[i] < 1e-9) continue;  // one value, rounded in two ways
      const double between = 0.5 * (law.value[i] + law.value[i + 1]);
      const auto below = std::upper_bound(medians.begin(), medians.end(), between) - medians.begin();
      furthest = std::max(furthest, std::abs(static_cast<double>(below) / kResamples - law.cumulative[i]));
    }
    INFO("n = ", n);
    CHECK(furthest < band);
  }
}

TEST_CASE("bootstrap: one value is its own interval, at every confidence") {
  const MedianBootstrap one(1);
  const std::vector<double> sample{42.5};
  for (const double confidence : {0.5, 0.95, 0.999}) {
    CHECK(one.interval(sample, confidence).low == 42.5);
    CHECK(one.interval(sample, confidence).high == 42.5);
  }
  CHECK(one.standard_error(sample) == 0);
}

TEST_CASE("bootstrap: equal values have an interval without width and a ratio of exactly their quotient") {
  for (const std::size_t n : {2u, 3u, 100u, 101u}) {
    const MedianBootstrap bootstrap(n);
    const std::vector<double> four(n, 4.0);
    const std::vector<double> five(n, 5.0);
    CHECK(bootstrap.interval(four, 0.95).low == 4);
    CHECK(bootstrap.interval(four, 0.95).high == 4);
    CHECK(bootstrap.standard_error(four) == 0);
    const Interval ratio = ratio_interval(bootstrap.law(five), bootstrap.law(four), 0.95);
    CHECK(close(ratio.low, 1.25, 1e-12));
    CHECK(close(ratio.high, 1.25, 1e-12));
  }
}

TEST_CASE("bootstrap: order does not matter, not in the last bit") {
  std::mt19937_64 random(5);
  for (const std::size_t n : {20u, 101u}) {
    const MedianBootstrap bootstrap(n);
    auto sample = sample_a(n);
    const Interval want = bootstrap.interval(sample, 0.95);
    const double error = bootstrap.standard_error(sample);
    for (int i = 0; i < 10; ++i) {
      std::shuffle(sample.begin(), sample.end(), random);
      CHECK(bootstrap.interval(sample, 0.95).low == want.low);
      CHECK(bootstrap.interval(sample, 0.95).high == want.high);
      CHECK(bootstrap.standard_error(sample) == error);
    }
  }
}

TEST_CASE("bootstrap: another unit scales intervals and leaves ratios alone") {
  for (const std::size_t n : {20u, 101u}) {
    const MedianBootstrap bootstrap(n);
    auto a = sample_a(n);
    auto b = sample_b(n);
    const Interval before = bootstrap.interval(a, 0.95);
    const Interval ratio = ratio_interval(bootstrap.law(b), bootstrap.law(a), 0.95);
    for (double& x : a) x *= 1024;  // a power of two: exact
    for (double& x : b) x *= 1024;
    CHECK(bootstrap.interval(a, 0.95).low == 1024 * before.low);
    CHECK(bootstrap.interval(a, 0.95).high == 1024 * before.high);
    CHECK(ratio_interval(bootstrap.law(b), bootstrap.law(a), 0.95).low == ratio.low);
    CHECK(ratio_interval(bootstrap.law(b), bootstrap.law(a), 0.95).high == ratio.high);
  }
}

TEST_CASE("bootstrap: more confidence is a wider interval, within the sample's range") {
  for (const std::size_t n : {2u, 7u, 20u, 101u}) {
    const auto sample = sample_a(n);
    const MedianBootstrap bootstrap(n);
    Interval narrower = bootstrap.interval(sample, 0.5);
    for (const double confidence : {0.8, 0.95, 0.99, 0.99999}) {
      const Interval wider = bootstrap.interval(sample, confidence);
      CHECK(wider.low <= narrower.low);
      CHECK(wider.high >= narrower.high);
      narrower = wider;
    }
    CHECK(narrower.low >= *std::min_element(sample.begin(), sample.end()));
    CHECK(narrower.high <= *std::max_element(sample.begin(), sample.end()));
  }
}

TEST_CASE("bootstrap: swapping the sides of a ratio inverts its interval") {
  const MedianBootstrap bootstrap(51);
  const Law a = bootstrap.law(sample_a(51));
  const Law b = bootstrap.law(sample_b(51));
  const Interval there = ratio_interval(b, a, 0.9);
  const Interval back = ratio_interval(a, b, 0.9);
  // The two percentiles are atoms approached from opposite sides: at most one atom apart, 0.4 % of the ratio here.
  CHECK(close(there.low, 1 / back.high, 4e-3));
  CHECK(close(there.high, 1 / back.low, 4e-3));
}

TEST_CASE("bootstrap: no samples, or another number than announced, is an error and not an empty interval") {
  CHECK_THROWS_AS(MedianBootstrap(0), Error);
  const MedianBootstrap bootstrap(5);
  for (const std::size_t n : {0u, 4u, 6u}) {
    CHECK_THROWS_AS((void)bootstrap.law(sample_a(n)), Error);
    CHECK_THROWS_AS((void)bootstrap.interval(sample_a(n), 0.95), Error);
  }
}
