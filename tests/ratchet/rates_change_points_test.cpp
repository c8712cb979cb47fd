// How often a series of unchanged code gets a mark, and how often a lasting step does. Made-up series: noise between
// commits of 1 %, white or with memory.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include "dice.h"
#include "ratchet/change_points.h"

using namespace ratchet;

namespace {

constexpr double kScatter = 0.01;

enum class Noise { Normal, Student3, Ticks };

struct World {
  std::size_t points = 100;
  double memory = 0;  // correlation of neighbours
  Noise noise = Noise::Normal;
  double step = 0;        // in kScatter
  std::size_t after = 0;  // points at the new level
  std::size_t then = 0;   // points back at the old one
};

double draw(Noise noise, Dice& dice) {
  const double normal = dice.normal();
  if (noise != Noise::Student3) return normal;
  double square = 0;
  for (int i = 0; i < 3; ++i) square += std::pow(dice.normal(), 2) / 3;
  return normal / std::sqrt(square);
}

std::vector<SeriesPoint> series_of(const World& world, Dice& dice) {
  std::vector<SeriesPoint> series;
  double state = draw(world.noise, dice);
  for (std::size_t i = 0; i < world.points; ++i) {
    if (i > 0) state = world.memory * state + std::sqrt(1 - world.memory * world.memory) * draw(world.noise, dice);
    const bool high = i + world.after + world.then >= world.points && i + world.then < world.points;
    double value = kScatter * (state + (high ? world.step : 0));
    if (world.noise == Noise::Ticks) value = std::round(value / (3 * kScatter)) * 3 * kScatter;
    series.push_back({value, kScatter / 4, false});
  }
  return series;
}

struct Count {
  int series = 0;
  int marked = 0;  // with any mark
  int near = 0;    // with a mark within two commits of the step
  int marks = 0;
};

Count count(const World& world, int series, std::uint64_t seed, const char* what) {
  Dice dice(seed);
  Count count;
  count.series = series;
  for (int i = 0; i < series; ++i) {
    const auto marks = change_points(series_of(world, dice));
    count.marks += static_cast<int>(marks.size());
    count.marked += marks.empty() ? 0 : 1;
    const auto step = static_cast<double>(world.points - world.after - world.then);
    for (const ChangePoint& mark : marks) {
      if (std::abs(static_cast<double>(mark.index) - step) > 2) continue;
      ++count.near;
      break;
    }
  }
  std::printf("%s: %zu points, memory %.1f, step %.0f for %zu: marked %d of %d series, near the step %d, %d marks\n",
              what, world.points, world.memory, world.step, world.after, count.marked, series, count.near, count.marks);
  return count;
}

}  // namespace

TEST_CASE("change points: of series of unchanged code of any length fewer than 1 % get a mark") {
  for (const std::size_t points : {12, 20, 50, 100, 300}) {
    CAPTURE(points);
    CHECK(count({.points = points}, 4000, 401, "normal").marked <= 4);  // promised: 40
    CHECK(count({.points = points, .noise = Noise::Student3}, 4000, 402, "Student 3").marked <= 15);
    CHECK(count({.points = points, .noise = Noise::Ticks}, 4000, 403, "3 scatters a tick").marked <= 20);
  }
}

TEST_CASE("change points: sessions that remember each other raise the rate, and up to 0.5 not to 1 %") {
  for (const std::size_t points : {20, 50, 100, 300}) {
    CAPTURE(points);
    CHECK(count({.points = points, .memory = 0.3}, 4000, 404, "memory").marked <= 10);
    CHECK(count({.points = points, .memory = 0.5}, 4000, 405, "memory").marked <= 20);
    CHECK(count({.points = points, .memory = 0.7}, 4000, 406, "memory").marked <= 40);
  }
}

TEST_CASE("change points: what is found of a step of 1, 2 and 3 scatters in a hundred commits") {
  CHECK(count({.step = 1, .after = 50}, 1000, 407, "step").marked >= 220);
  CHECK(count({.step = 2, .after = 10}, 1000, 408, "step").marked >= 420);
  CHECK(count({.step = 2, .after = 20}, 1000, 409, "step").marked >= 800);
  CHECK(count({.step = 2, .after = 50}, 1000, 410, "step").near >= 870);
  CHECK(count({.step = 3, .after = 5}, 1000, 411, "step").marked >= 480);
  CHECK(count({.step = 3, .after = 10}, 1000, 412, "step").near >= 850);
  CHECK(count({.step = 3, .after = 50}, 1000, 413, "step").near >= 970);
  CHECK(count({.memory = 0.5, .step = 3, .after = 50}, 1000, 414, "step").marked >= 520);
}

TEST_CASE("change points: ten commits slower by 3 scatters amid 300 give the two marks of their ends") {
  const Count bump = count({.points = 300, .step = 3, .after = 10, .then = 145}, 1000, 415, "bump");
  CHECK(bump.near >= 960);
  CHECK(bump.marks >= 1920);
  CHECK(bump.marks <= 2020);
}
