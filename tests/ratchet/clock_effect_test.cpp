#include "ratchet/clock_effect.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/ratchet/synthetic.h"

using namespace ratchet;

namespace {

// A candidate that takes this much more time at this much more clock.
CaseVerdict judged(double slowdown, double clock_gain, std::size_t launches = 6) {
  DuetCase measured = synthetic::duet_case("k", slowdown, launches, 7);
  for (DuetLaunch& launch : measured.launches) {
    launch.baseline_clock_mhz = 1800;
    launch.candidate_clock_mhz = 1800 * (1 + clock_gain);
  }
  return synthetic::judge(std::move(measured));
}

bool names_clock_effect(const CaseVerdict& verdict) {
  return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                     [](const std::string& reason) { return reason.starts_with("a clock effect: "); });
}

}  // namespace

TEST_CASE("clock effect: slower in time and not in cycles is still a regression, and says so with the numbers") {
  const CaseVerdict verdict = judged(0.02, -0.0196);
  CHECK(verdict.verdict == Verdict::Regressed);
  REQUIRE(names_clock_effect(verdict));
  CHECK(verdict.reasons.back().ends_with("% in cycles, since the candidate ran at a -1.96 % clock"));
  CHECK_FALSE(names_clock_effect(judged(0.02, 0)));
}

TEST_CASE("clock effect: slower in time and in cycles is none") {
  CHECK_FALSE(names_clock_effect(judged(0.04, -0.0196)));
  CHECK_FALSE(names_clock_effect(judged(0.02, 0.01)));
  // In cycles it is slower by the tolerance at least as likely as not.
  CHECK_FALSE(names_clock_effect(judged(0.0251, -0.0196)));
}

TEST_CASE("clock effect: faster by the clock alone says so") {
  CHECK(judged(-0.02, 0.0204).verdict == Verdict::Improved);
  CHECK(names_clock_effect(judged(-0.02, 0.0204)));
  CHECK_FALSE(names_clock_effect(judged(-0.02, 0)));
}

TEST_CASE("clock effect: without clocks, or with one that is missing, none is named") {
  DuetCase measured = synthetic::duet_case("k", 0.02, 6, 7);
  CHECK_FALSE(names_clock_effect(synthetic::judge(measured)));
  for (DuetLaunch& launch : measured.launches) {
    launch.baseline_clock_mhz = 1800;
    launch.candidate_clock_mhz = 1800 / 1.02;
  }
  CHECK(names_clock_effect(synthetic::judge(measured)));
  measured.launches.back().candidate_clock_mhz = 0;
  CHECK_FALSE(names_clock_effect(synthetic::judge(measured)));
}

TEST_CASE("clock effect: a case that is held has none whatever the clocks were") {
  CHECK_FALSE(names_clock_effect(judged(0, 0.02)));
  CHECK_FALSE(names_clock_effect(judged(0, -0.02)));
}
