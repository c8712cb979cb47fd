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
