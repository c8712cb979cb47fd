#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "dice.h"
#include "ratchet/change_points.h"
#include "ratchet/error.h"

using namespace ratchet;

namespace {

// Noise of 0.1 % around each level; levels in percent.
std::vector<SeriesPoint> series_of(const std::vector<std::pair<std::size_t, double>>& levels, std::uint64_t seed = 1) {
  Dice dice(seed);
  std::vector<SeriesPoint> series;
  for (const auto& [points, percent] : levels) {
    for (std::size_t i = 0; i < points; ++i) series.push_back({0.01 * percent + 0.001 * dice.normal(), 0.0002});
  }
  return series;
}

}  // namespace

TEST_CASE("change points: a step is marked where it began, with both levels") {
  const auto marks = change_points(series_of({{40, 0}, {30, 2}}));
  REQUIRE(marks.size() == 1);
  CHECK(marks[0].index == 40);
  CHECK(std::abs(marks[0].old_level) < 0.0005);
  CHECK(std::abs(marks[0].new_level - 0.02) < 0.0005);
  CHECK(std::abs(marks[0].log_change() - 0.02) < 0.001);
  CHECK(marks[0].false_chance < 1e-6);
}

TEST_CASE("change points: several steps up and down are all marked, oldest first, from level to level") {
  const auto marks = change_points(series_of({{30, 0}, {12, 3}, {25, 1}, {40, 4}, {20, 2}}));
  REQUIRE(marks.size() == 4);
  const std::size_t expected[] = {30, 42, 67, 107};
  for (std::size_t i = 0; i < 4; ++i) CHECK(marks[i].index == expected[i]);
  for (std::size_t i = 1; i < 4; ++i) CHECK(marks[i].old_level == marks[i - 1].new_level);
}

TEST_CASE("change points: one or two wild commits are no level, three large ones are") {
  for (const std::size_t wild : {1, 2}) CHECK(change_points(series_of({{40, 0}, {wild, 20}, {40, 0}})).empty());
  CHECK(change_points(series_of({{40, 0}, {2, 20}})).empty());  // the newest two may still be outliers
  CHECK(change_points(series_of({{60, 0}, {3, 20}})).size() == 1);
}

TEST_CASE("change points: a step at a break is the break's and no mark, a step elsewhere still is one") {
  auto series = series_of({{40, 0}, {40, 5}});
  series[40].breaks = true;
  CHECK(change_points(series).empty());
  series = series_of({{40, 0}, {40, 5}, {40, 7}});
  series[40].breaks = true;
  const auto marks = change_points(series);
  REQUIRE(marks.size() == 1);
  CHECK(marks[0].index == 80);
  CHECK(std::abs(marks[0].old_level - 0.05) < 0.0005);
}

TEST_CASE("change points: points known badly do not make a level") {
  auto series = series_of({{40, 0}, {5, 1}, {40, 0}});
  CHECK(change_points(series).size() == 2);
  for (std::size_t i = 40; i < 45; ++i) series[i].standard_error = 0.02;
  CHECK(change_points(series).empty());
}

TEST_CASE("change points: values without any noise are known to the least error, and no better") {
  std::vector<SeriesPoint> series(60);
  CHECK(change_points(series).empty());
  for (std::size_t i = 30; i < 60; ++i) series[i].log_value = 1e-5;
  CHECK(change_points(series).empty());
  for (std::size_t i = 30; i < 60; ++i) series[i].log_value = 0.01;
  CHECK(change_points(series).size() == 1);
}

TEST_CASE("change points: an empty series, one point and too few to hold two levels have none") {
  CHECK(change_points({}).empty());
  for (const std::size_t points : {1, 2, 5}) CHECK(change_points(series_of({{points, 0}})).empty());
  auto series = series_of({{2, 0}, {2, 5}, {2, 9}});
  for (SeriesPoint& point : series) point.breaks = true;
  CHECK(change_points(series).empty());
}

TEST_CASE("change points: a shorter series does not change what is past by much, the same series by nothing") {
  const auto series = series_of({{40, 0}, {40, 2}});
  const auto once = change_points(series);
  const auto again = change_points(series);
  REQUIRE(once.size() == 1);
  REQUIRE(again.size() == 1);
  CHECK(once[0].false_chance == again[0].false_chance);
  CHECK(change_points(std::span(series).first(55)).at(0).index == once[0].index);
}

TEST_CASE("change points: numbers that are none are refused, as is a rate that is none") {
  auto series = series_of({{20, 0}});
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    auto wrong = series;
    wrong[7].log_value = bad;
    CHECK_THROWS_AS((void)change_points(wrong), Error);
    wrong = series;
    wrong[7].standard_error = bad;
    CHECK_THROWS_AS((void)change_points(wrong), Error);
  }
  series[3].standard_error = -1;
  CHECK_THROWS_AS((void)change_points(series), Error);
  CHECK_THROWS_AS((void)change_points(series_of({{20, 0}}), 0), Error);
  CHECK_THROWS_AS((void)change_points(series_of({{20, 0}}), 1), Error);
}
