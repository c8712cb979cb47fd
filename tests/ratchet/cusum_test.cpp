#include "ratchet/cusum.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "ratchet/error.h"
#include "ratchet/sequential.h"
#include "tests/ratchet/close.h"

using namespace ratchet;

namespace {

constexpr double kTolerance = 0.01;  // log

// Points whose deviations are exactly these: the error is above the least one.
std::vector<CusumPoint> points(const std::vector<double>& deviations, const std::string& baseline = "base") {
  std::vector<CusumPoint> made;
  for (const double z : deviations) made.push_back({std::to_string(made.size()), baseline, z / 128, 1.0 / 128});
  return made;
}

}  // namespace

TEST_CASE("cusum: the sums are those of Page, one for each direction, and never below 0") {
  const auto readings = cusum(points({1.5, 0.25, -3, 0.5, 2}), kTolerance);
  const std::vector<double> slower{1, 0.75, 0, 0, 1.5};
  const std::vector<double> faster{0, 0, 2.5, 1.5, 0};
  for (std::size_t i = 0; i < readings.size(); ++i) {
    CAPTURE(i);
    CHECK(readings[i].slower == slower[i]);
    CHECK(readings[i].faster == faster[i]);
    CHECK_FALSE(readings[i].drift);
  }
}

TEST_CASE("cusum: an alarm names the commit at which the sum last left 0, and the sum begins anew") {
  const auto readings = cusum(points({2, -5, 0, 4.5, 3.5, 1.5, 1, 8.5}), kTolerance);
  for (const std::size_t quiet : {0, 1, 2, 3, 4, 6}) CHECK_FALSE(readings[quiet].drift);
  CHECK(readings[4].slower == 7);
  REQUIRE(readings[5].drift);
  CHECK(readings[5].slower == 8);
  CHECK(readings[5].drift->since == "3");
  CHECK(readings[5].drift->slower);
  CHECK(readings[6].slower == 0.5);
  REQUIRE(readings[7].drift);
  CHECK(readings[7].drift->since == "6");
}

TEST_CASE("cusum: what gets faster is marked as such") {
  const auto readings = cusum(points({-5, -4.5}), kTolerance);
  REQUIRE(readings[1].drift);
  CHECK_FALSE(readings[1].drift->slower);
  CHECK(readings[1].drift->since == "0");
  CHECK(readings[1].slower == 0);
}

TEST_CASE("cusum: with another baseline the sums begin anew") {
  auto all = points({5, 3});
  for (CusumPoint& point : points({5, 3}, "another")) all.push_back(point);
  const auto readings = cusum(all, kTolerance);
  CHECK(readings[1].slower == 7);
  CHECK(readings[2].slower == 4.5);
  CHECK_FALSE(readings[3].drift);
}

TEST_CASE("cusum: a quiet device does not make much of what is far below the tolerance") {
  // A deviation counts at most five times itself in tolerances: a tenth of the tolerance is the allowance.
  std::vector<CusumPoint> all(1000, CusumPoint{"a", "base", 0.1 * kTolerance, 0});
  CHECK(cusum(all, kTolerance).back().slower < 1e-9);
  for (CusumPoint& point : all) point.log_change = 0.25 * kTolerance;
  const auto readings = cusum(all, kTolerance);
  CHECK(close(readings[0].slower, 0.75, 1e-12));
  std::size_t first = 0;
  while (!readings[first].drift) ++first;
  CHECK(first + 1 == 11);  // 11 * 0.75 >= 8
}

TEST_CASE("cusum: no points give no readings, and no number that is not finite is added") {
  CHECK(cusum({}, kTolerance).empty());
  CHECK_THROWS_AS((void)cusum({}, 0), Error);
  const double inf = std::numeric_limits<double>::infinity();
  for (const double bad : {inf, -inf, std::nan("")}) {
    CHECK_THROWS_AS((void)cusum(std::vector<CusumPoint>{{"a", "b", bad, 0.1}}, kTolerance), Error);
    CHECK_THROWS_AS((void)cusum(std::vector<CusumPoint>{{"a", "b", 0.1, bad}}, kTolerance), Error);
    CHECK_THROWS_AS((void)cusum({}, bad), Error);
  }
  CHECK_THROWS_AS((void)cusum(std::vector<CusumPoint>{{"a", "b", 0.1, -0.1}}, kTolerance), Error);
}

TEST_CASE("cusum: the error read from an interval is never below Student's own, and above by a known part") {
  const std::vector<double> launches{0.001, 0.002};
  for (const double weight : {6.0, 12.0, 1000.0}) {
    const Effect effect = estimate(launches, {1e-6, weight}, 0.95);
    const double read = standard_error_of({std::expm1(effect.interval.low), std::expm1(effect.interval.high)}, 0.95);
    CHECK(read > effect.standard_error);
    CHECK(read < 1.21 * effect.standard_error);
    if (weight == 1000) CHECK(close(read, effect.standard_error, 0.002));
  }
}
