#include "ratchet/calibration.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ratchet/error.h"
#include "tests/ratchet/close.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;
using synthetic::duet_case;
using synthetic::Noise;

namespace {

// As many launches as asked for of six cases, each with its own noise; one second a launch.
CalibrationSeries series_of(double percent, std::size_t launches, const Noise& noise, double bias = 0) {
  std::vector<DuetCase> cases;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const std::uint64_t seed = 100 * i + static_cast<std::uint64_t>(10 * percent) + 1;
    cases.push_back(duet_case("op/x/n=" + std::to_string(i), bias + percent / 100, launches, seed, noise));
  }
  return {percent, {synthetic::duet(std::move(cases))}, static_cast<double>(launches)};
}

Calibration calibrated(const std::vector<CalibrationSeries>& series) {
  std::vector<std::string> unusable;
  const Calibration calibration = calibrate(series, {}, unusable);
  CHECK(unusable.empty());
  return calibration;
}

}  // namespace

TEST_CASE("proportion: the interval of Clopper and Pearson has its golden values") {
  // scipy.stats.binomtest(k, n).proportion_ci(0.95, "exact")
  CHECK(close(clopper_pearson({0, 60}, 0.95).high, 0.0596294923, 1e-7));
  CHECK(clopper_pearson({0, 60}, 0.95).low == 0);
  CHECK(close(clopper_pearson({2, 60}, 0.95).low, 0.0040626246, 1e-7));
  CHECK(close(clopper_pearson({2, 60}, 0.95).high, 0.1152810444, 1e-7));
  CHECK(clopper_pearson({7, 7}, 0.95).high == 1);
  CHECK(clopper_pearson({0, 0}, 0.95).low == 0);
  CHECK(clopper_pearson({0, 0}, 0.95).high == 1);
  CHECK(rate({0, 0}) == 0);
  CHECK_THROWS_AS((void)clopper_pearson({2, 1}, 0.95), Error);
}

TEST_CASE("calibration: a quiet machine has no false alarms, holds every case in two launches, and finds the tolerance") {
  const Calibration calibration = calibrated({series_of(0, 60, {}), series_of(1, 10, {})});
  CHECK(calibration.launches == 60);
  CHECK(calibration.policy.family == 6);
  CHECK(calibration.false_alarms.measured.hits == 0);
  CHECK(calibration.false_alarms.measured.trials == 30);
  CHECK(calibration.false_alarms.resampled.trials == 2000);
  CHECK(close(calibration.seconds_per_check, calibration.launches_per_check, 1e-12));
  REQUIRE(calibration.cases.size() == 6);
  for (const CaseCalibration& one : calibration.cases) {
    INFO(one.id);
    CHECK(one.held.measured.hits == one.held.measured.trials);
    CHECK(one.false_alarms.resampled.hits == 0);
    CHECK(close(one.launches, 2, 0.01));
    REQUIRE(one.detectable);
    CHECK(*one.detectable >= 0.005);
    CHECK(*one.detectable < 0.006);
    REQUIRE(one.power.size() == 1);
    CHECK(one.power[0].planted_percent == 1);
    CHECK(close(one.power[0].change, 0.01, 0.02));
    CHECK(one.power[0].found.measured.hits == one.power[0].found.measured.trials);
    CHECK(one.power[0].found.measured.trials >= 2);
    CHECK(rate(one.power[0].found.resampled) == 1);
  }
}

TEST_CASE("calibration: no launch is in two measured checks, and a check that the launches end is not counted") {
  // Noise that takes several launches to decide: 30 launches cannot hold 30 checks.
  const Calibration calibration = calibrated({series_of(0, 30, {0.02, 0.002})});
  const CaseCalibration& one = calibration.cases.front();
  CHECK(one.launches > 2.5);
  CHECK(static_cast<double>(one.held.measured.trials) <= 30 / 2.0);
  CHECK(calibration.false_alarms.measured.trials <= one.held.measured.trials);
}

TEST_CASE("calibration: a noisy machine detects less, and one that favours a side raises false alarms") {
  const Calibration noisy = calibrated({series_of(0, 80, {0.05, 0.005})});
  REQUIRE(noisy.cases.front().detectable);
  CHECK(*noisy.cases.front().detectable > 0.007);
  const Calibration biased = calibrated({series_of(0, 40, {}, 0.006)});
  CHECK(biased.false_alarms.measured.hits == biased.false_alarms.measured.trials);
  CHECK(biased.false_alarms.measured.trials > 5);
}

TEST_CASE("calibration: the same launches give the same calibration, bit for bit") {
  const std::vector<CalibrationSeries> series{series_of(0, 40, {0.02, 0.002}), series_of(0.5, 12, {0.02, 0.002})};
  const Calibration once = calibrated(series);
  const Calibration again = calibrated(series);
  CHECK(once.launches_per_check == again.launches_per_check);
  for (std::size_t i = 0; i < once.cases.size(); ++i) {
    CHECK(once.cases[i].detectable == again.cases[i].detectable);
    CHECK(once.cases[i].power[0].found.resampled.hits == again.cases[i].power[0].found.resampled.hits);
  }
}

TEST_CASE("calibration: a case that failed or is missing in a launch is left out and named, and nothing is an error") {
  CalibrationSeries series = series_of(0, 10, {});
  auto& cases = series.duets[0].cases;
  cases[1].failures.push_back({"crashed", "candidate", "signal 11"});
  cases[2].launches.pop_back();
  cases[3].launches[4].candidate_ns[3] = -1;
  std::vector<std::string> unusable;
  const Calibration calibration = calibrate(std::vector{series}, {}, unusable);
  CHECK(calibration.cases.size() == 3);
  REQUIRE(unusable.size() == 3);
  CHECK(unusable[0] == "op/x/n=1: signal 11");
  CHECK(unusable[1] == "op/x/n=2: is missing in some launches");
  CHECK(unusable[2].find("op/x/n=3: launch 4: round 3") == 0);
  for (DuetCase& measured : cases) measured.failures.push_back({"crashed", "", "all dead"});
  CHECK_THROWS_AS((void)calibrate(std::vector{series}, {}, unusable), Error);
  CHECK_THROWS_AS((void)calibrate(std::vector{series_of(0, 1, {})}, {}, unusable), Error);
  CHECK_THROWS_AS((void)calibrate(std::vector{series_of(1, 10, {})}, {}, unusable), Error);
  CHECK_THROWS_AS((void)calibrate({}, {}, unusable), Error);
}
