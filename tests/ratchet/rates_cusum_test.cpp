// How often the sum over the commits cries for nothing, and how soon it sees a small lasting step. Made-up commits:
// each has a change with normal errors, and an error that is known or read from the interval of a few launches.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "ratchet/cusum.h"
#include "ratchet/sequential.h"
#include "tests/ratchet/dice.h"

using namespace ratchet;

namespace {

constexpr double kTolerance = 0.005;  // log

struct World {
  double launch_sd = 1;          // true, in tolerances
  std::size_t launches = 0;      // a commit; 0: its error is known to be launch_sd
  double believed_variance = 1;  // mean of the prior / the truth
};

CusumPoint commit_of(const World& world, double step, Dice& dice) {
  const double sd = world.launch_sd * kTolerance;
  if (world.launches == 0) return {"", "", step * kTolerance + sd * dice.normal(), sd};
  std::vector<double> launches;
  for (std::size_t i = 0; i < world.launches; ++i) launches.push_back(step * kTolerance + sd * dice.normal());
  const Effect effect = estimate(launches, {world.believed_variance * sd * sd, 6}, 0.95);
  const Interval change{std::expm1(effect.interval.low), std::expm1(effect.interval.high)};
  return {"", "", effect.log_ratio, standard_error_of(change, 0.95)};
}

// Commits per alarm of one direction: after an alarm the sum begins anew, so this is the mean run length.
double run_length(const World& world, std::size_t commits, std::uint64_t seed) {
  constexpr std::size_t kAtOnce = 500'000;
  Dice dice(seed);
  double alarms = 0;
  for (std::size_t time = 0; time < commits / kAtOnce; ++time) {
    std::vector<CusumPoint> points;
    points.reserve(kAtOnce);
    for (std::size_t i = 0; i < kAtOnce; ++i) points.push_back(commit_of(world, 0, dice));
    for (const CusumReading& reading : cusum(points, kTolerance)) alarms += reading.drift ? 1 : 0;
  }
  const double length = 2.0 * static_cast<double>(commits) / std::max(alarms, 1.0);
  std::printf(
      "unchanged, launches that scatter by %.2g tolerances, %zu of them, variance believed %.2g: an alarm of one "
      "direction in %.0f commits (%.0f alarms)\n",
      world.launch_sd, world.launches, world.believed_variance, length, alarms);
  return length;
}

struct Delay {
  double mean = 0;
  std::size_t median = 0;
};

// Commits from the step (in tolerances) to the first alarm, both included.
Delay delay_of(const World& world, double step, std::uint64_t seed) {
  constexpr std::size_t kHistories = 2000;
  Dice dice(seed);
  std::vector<std::size_t> delays;
  for (std::size_t history = 0; history < kHistories; ++history) {
    std::vector<CusumPoint> points;
    for (std::size_t i = 0; i < 500; ++i) points.push_back(commit_of(world, step, dice));
    const auto readings = cusum(points, kTolerance);
    const auto first = std::find_if(readings.begin(), readings.end(),
                                    [](const CusumReading& reading) { return reading.drift && reading.drift->slower; });
    delays.push_back(static_cast<std::size_t>(first - readings.begin()) + 1);
  }
  std::sort(delays.begin(), delays.end());
  Delay delay;
  for (const std::size_t one : delays) delay.mean += static_cast<double>(one) / kHistories;
  delay.median = delays[kHistories / 2];
  std::printf("+%.2f tolerances, commits known to %.2g: seen after %.1f commits in the mean, %zu in the middle\n", step,
              world.launch_sd, delay.mean, delay.median);
  return delay;
}

}  // namespace

TEST_CASE("cusum: with known errors an alarm comes once in about 19,000 unchanged commits") {
  // Siegmund's approximation: (exp(b) - b - 1) / (2 k^2) with b = 2 k (h + 1.166): 19,100.
  const double length = run_length({}, 10'000'000, 301);
  CHECK(length > 17'000);
  CHECK(length < 21'000);
}

TEST_CASE("cusum: an error read from the interval of few launches makes alarms rarer, not more frequent") {
  CHECK(run_length({1, 2, 1}, 1'000'000, 302) > 19'000);
  CHECK(run_length({1, 2, 1.5}, 1'000'000, 303) > 19'000);
  CHECK(run_length({1, 10, 1}, 1'000'000, 304) > 19'000);
}

TEST_CASE(
    "cusum: launches that scatter with twice the variance believed bring an alarm in some three thousand commits") {
  CHECK(run_length({1, 2, 0.5}, 1'000'000, 305) > 2'500);
  CHECK(run_length({1, 10, 0.5}, 1'000'000, 306) > 4'000);
}

TEST_CASE("cusum: a device that scatters by a tenth of the tolerance cries practically never") {
  CHECK(run_length({0.1, 0, 1}, 2'000'000, 307) > 1'000'000);
}

TEST_CASE(
    "cusum: a lasting step of a quarter of the tolerance is seen within about a dozen commits of a quiet device") {
  const World quiet{0.1, 0, 1};
  CHECK(delay_of(quiet, 0.25, 308).median <= 12);
  CHECK(delay_of(quiet, 0.5, 309).median <= 5);
  CHECK(delay_of(quiet, 1, 310).median <= 2);
}

TEST_CASE("cusum: commits known to half the tolerance only give up a step of half of it in some sixteen") {
  const World noisy{0.5, 0, 1};
  CHECK(delay_of(noisy, 0.25, 311).median <= 100);
  CHECK(delay_of(noisy, 0.5, 312).median <= 20);
  CHECK(delay_of(noisy, 1, 313).median <= 7);
}
