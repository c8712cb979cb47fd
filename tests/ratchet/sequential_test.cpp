#include "ratchet/sequential.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "ratchet/error.h"
#include "tests/ratchet/close.h"

using namespace ratchet;

TEST_CASE("sequential: a slowdown of any size is proven within eight quiet launches") {
  // Noise of 0.01 %, tolerance 0.5 %: what fixed alternatives of a few tolerances miss is the slowdown far beyond them.
  const double proof = std::log(20 / 0.001);
  for (double slowdown = 0.005; slowdown < 200; slowdown *= 1.07) {
    const double shift = std::log1p(slowdown);
    const double swing = 0.0001;
    std::vector<double> log_ratios;
    for (int i = 0; i < 8; ++i) log_ratios.push_back(shift + (i % 2 == 0 ? swing : -swing));
    INFO("slowdown ", slowdown);
    CHECK(weigh(log_ratios, {1.5e-8, 4}, std::log1p(0.005)).slower >= proof);
  }
}

TEST_CASE("sequential: evidence stays a number when the launches agree to the last digit") {
  for (const double rung : {1.0, 64.0}) {
    const std::vector<double> same(7, rung * std::log1p(0.005));
    CHECK(weigh(same, {1e-20, 4}, std::log1p(0.005)).slower > 30);
  }
}

TEST_CASE("sequential: likelihood ratios and e-values have their golden values") {
  // In percent: prior variance 1.69 of weight 10, tolerance 2. Computed by an independent program in Python.
  const VariancePrior prior{1.69, 10};
  struct Golden {
    std::vector<double> percent;
    std::vector<double> at_2_4_10;  // log likelihood ratio of these shifts to 0
    double slower;
    double faster;
  };
  const std::vector<Golden> golden{{{.5, 1.8, 2.4, 1.1},
                                    {2.137671546858271, -3.4768377898176026, -17.023073943703032},
                                    -0.34030220513603115,
                                    -5.8237406658481342},
                                   {{2.2, 1.5, 3.1, 2.4, 1.9, 2.8, 2.0, 2.6},
                                    {10.315592617636213, 3.535163870927161, -18.696866505145984},
                                    6.6091506155863975,
                                    -7.6110794039055056},
                                   {{.1, -.6, .3, -.2, .4},
                                    {-5.702370495998188, -12.861329888555618, -25.37626404180586},
                                    -6.3851388556936268,
                                    -6.3851388556936268}};
  for (const Golden& want : golden) {
    CHECK(close(weigh(want.percent, prior, 2).slower, want.slower, 1e-12));
    CHECK(close(weigh(want.percent, prior, 2).faster, want.faster, 1e-12));
    CHECK(close(log_likelihood_ratio(want.percent, prior, 2), want.at_2_4_10[0], 1e-12));
    CHECK(close(log_likelihood_ratio(want.percent, prior, 4), want.at_2_4_10[1], 1e-12));
    CHECK(close(log_likelihood_ratio(want.percent, prior, 10), want.at_2_4_10[2], 1e-12));
  }
}

TEST_CASE("sequential: evidence against a slowdown weighs 0 with 0.9 and half the tolerance with 0.1") {
  const VariancePrior prior{1.69, 10};
  const std::vector<double> percent{.1, -.6, .3, -.2, .4};
  const double at_tolerance = log_likelihood_ratio(percent, prior, 2);
  const double at_half = log_likelihood_ratio(percent, prior, 1);
  const double want = std::log(0.9 * std::exp(-at_tolerance) + 0.1 * std::exp(at_half - at_tolerance));
  CHECK(close(weigh(percent, prior, 2).against_slow, want, 1e-12));
}

TEST_CASE("sequential: the evidence does not depend on the unit") {
  const std::vector<double> percent{2.2, 1.5, 3.1, 2.4};
  const std::vector<double> ratio{0.022, 0.015, 0.031, 0.024};
  CHECK(close(weigh(percent, {1.69, 10}, 2).slower, weigh(ratio, {1.69e-4, 10}, 0.02).slower, 1e-12));
}

TEST_CASE("sequential: mirrored launches mirror the evidence, bit for bit") {
  const std::vector<double> there{0.004, -0.001, 0.007, 0.003};
  const std::vector<double> back{-0.004, 0.001, -0.007, -0.003};
  const Evidence a = weigh(there, {1e-5, 4}, 0.005);
  const Evidence b = weigh(back, {1e-5, 4}, 0.005);
  CHECK(a.slower == b.faster);
  CHECK(a.faster == b.slower);
  CHECK(a.against_slow == b.against_fast);
  CHECK(a.against_fast == b.against_slow);
}

TEST_CASE("sequential: numbers that are not finite and priors that are not positive are errors") {
  const double nan = std::nan("");
  for (const double bad : {nan, static_cast<double>(INFINITY), -static_cast<double>(INFINITY)}) {
    CHECK_THROWS_AS((void)weigh(std::vector<double>{0.001, bad}, {1e-6, 4}, 0.005), Error);
    CHECK_THROWS_AS((void)estimate(std::vector<double>{0.001, bad}, {1e-6, 4}, 0.95), Error);
  }
  const std::vector<double> sound{0.001, 0.002};
  for (const double bad : {0.0, -1.0, nan}) {
    CHECK_THROWS_AS((void)weigh(sound, {bad, 4}, 0.005), Error);
    CHECK_THROWS_AS((void)weigh(sound, {1e-6, bad}, 0.005), Error);
    CHECK_THROWS_AS((void)weigh(sound, {1e-6, 4}, bad), Error);
    CHECK_THROWS_AS((void)estimate(sound, {bad, 4}, 0.95), Error);
  }
  CHECK_THROWS_AS((void)weigh({}, {1e-6, 4}, 0.005), Error);
}

TEST_CASE("sequential: the estimate is Student's interval with the prior's variance and weight mixed in") {
  // Mean 1.45, squares around it 2.05; variance (10*1.69 + 2.05)/13, t(0.975; 13) = 2.160368656461013.
  const Effect effect = estimate(std::vector<double>{.5, 1.8, 2.4, 1.1}, {1.69, 10}, 0.95);
  const double standard_error = std::sqrt(18.95 / 13 / 4);
  CHECK(close(effect.log_ratio, 1.45, 1e-15));
  CHECK(close(effect.standard_error, standard_error, 1e-14));
  CHECK(effect.degrees_of_freedom == 13);
  CHECK(close(effect.interval.low, 1.45 - 2.160368656461013 * standard_error, 1e-11));  // one digit cancels
  CHECK(close(effect.interval.high, 1.45 + 2.160368656461013 * standard_error, 1e-12));
}

TEST_CASE("sequential: more certainty, fewer launches or more noise is a larger smallest detectable slowdown") {
  const VariancePrior quiet_prior{0.01, 4};
  const Effect quiet = estimate(std::vector<double>{1, 1.3, 0.7}, quiet_prior, 0.95);
  const auto detectable = [&](std::size_t launches, double alpha, double beta) {
    return smallest_detectable(quiet, quiet_prior, 0.1, launches, alpha, beta);
  };
  const double usual = detectable(8, 0.001, 0.05);
  CHECK(detectable(8, 0.0001, 0.05) > usual);
  CHECK(detectable(8, 0.001, 0.01) > usual);
  CHECK(detectable(5, 0.001, 0.05) > usual);
  CHECK(detectable(40, 0.001, 0.05) < usual);
  const VariancePrior noisy_prior{4, 4};
  const Effect noisy = estimate(std::vector<double>{1, 3, -1}, noisy_prior, 0.95);
  CHECK(smallest_detectable(noisy, noisy_prior, 0.1, 8, 0.001, 0.05) > usual);
}

TEST_CASE("sequential: the smallest detectable slowdown is at least the tolerance, and is detected") {
  const VariancePrior prior{1e-6, 6};
  const std::vector<double> quiet{1e-5, -1e-5, 2e-5, -2e-5};
  CHECK(smallest_detectable(estimate(quiet, prior, 0.95), prior, 0.005, 40, 0.001, 0.05) == 0.005);
  // Launches that scatter by 1 %: eight of them around the detectable slowdown, lowered by what chance may take with
  // probability beta, are just enough.
  const std::vector<double> scattered{0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01};
  const VariancePrior fitting{1e-4 * 8 / 7, 6};
  const Effect effect = estimate(scattered, fitting, 0.95);
  const double slowdown = smallest_detectable(effect, fitting, 0.005, 8, 0.001, 0.05);
  const double lowered = slowdown - 1.770933 * effect.standard_error;  // t(0.95; 13)
  std::vector<double> shifted = scattered;
  for (double& x : shifted) x += lowered;
  CHECK(std::abs(weigh(shifted, fitting, 0.005).slower - std::log(1 / 0.001)) < 1e-4);
}

TEST_CASE("sequential: a slowdown of a quarter of the tolerance is no evidence, however well it is measured") {
  std::vector<double> launches;
  for (int i = 0; i < 40; ++i) launches.push_back(0.25 * 0.005 + (i % 2 == 0 ? 1e-6 : -1e-6));
  CHECK(weigh(launches, {1e-12, 6}, 0.005).slower < 0);
  CHECK(weigh(launches, {1e-12, 6}, 0.005).faster < 0);
}
