#include "ratchet/knee.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace ratchet;

namespace {

// Flat, then by `power` of the size from `turn` on.
std::vector<SizedTime> curve(double turn, double power, double scatter = 0) {
  std::vector<SizedTime> points;
  int i = 0;
  for (double size = 128; size <= 8192; size *= 2) {
    const double law = size < turn ? 1000 : 1000 * std::pow(size / turn, power);
    points.push_back({size, law * (1 + scatter * (i++ % 2 == 0 ? 1 : -1))});
  }
  return points;
}

}  // namespace

TEST_CASE("knee: flat and then quadratic turns at the size where it does") {
  const Knee knee = find_knee(curve(1024, 2, 0.01));
  CHECK(knee.found);
  CHECK(knee.size == 1024);
  CHECK(std::abs(knee.slope_below) < 0.05);
  CHECK(std::abs(knee.slope_above - 2) < 0.05);
}

TEST_CASE("knee: one law over all sizes has none, with and without noise") {
  for (const double scatter : {0.0, 0.02}) {
    const Knee knee = find_knee(curve(1, 2, scatter));
    CHECK_FALSE(knee.found);
    CHECK(knee.why == "one line fits as well as two");
    CHECK(std::abs(knee.slope - 2) < 0.05);
  }
}

TEST_CASE("knee: growth that slackens is none") {
  std::vector<SizedTime> points;
  for (double size = 128; size <= 8192; size *= 2) points.push_back({size, 1000 * std::pow(std::min(size, 1024.0), 2)});
  const Knee knee = find_knee(points);
  CHECK_FALSE(knee.found);
  CHECK(knee.why == "the growth does not rise");
}

TEST_CASE("knee: five sizes are too few to tell") {
  auto points = curve(1024, 2);
  points.resize(5);
  CHECK(find_knee(points).why == "5 sizes of at least 6");
}
