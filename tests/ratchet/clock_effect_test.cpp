#include "ratchet/clock_effect.h"

#include <doctest/doctest.h>

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

bool is_clock_effect(const CaseVerdict& verdict) {
  return verdict.verdict == Verdict::Inconclusive && verdict.reasons.front().starts_with("a clock effect: ");
}

}  // namespace

TEST_CASE("clock effect: slower in time and not in cycles is no regression, and says so with the numbers") {
  const CaseVerdict verdict = judged(0.02, -0.0196);
  CHECK(is_clock_effect(verdict));
  CHECK(verdict.decided);
  CHECK(verdict.reasons.front().ends_with("% in cycles, since the candidate ran at a -1.96 % clock"));
  CHECK(judged(0.02, 0).verdict == Verdict::Regressed);
}

TEST_CASE("clock effect: slower in time and in cycles stays a regression") {
  CHECK(judged(0.04, -0.0196).verdict == Verdict::Regressed);
  CHECK(judged(0.02, 0.01).verdict == Verdict::Regressed);
  // In cycles it is slower by the tolerance at least as likely as not.
  CHECK(judged(0.0251, -0.0196).verdict == Verdict::Regressed);
}

TEST_CASE("clock effect: faster by the clock alone does not advance a baseline") {
  CHECK(is_clock_effect(judged(-0.02, 0.0204)));
  CHECK(judged(-0.02, 0).verdict == Verdict::Improved);
}

TEST_CASE("clock effect: without clocks, or with one that is missing, nothing is taken away") {
  DuetCase measured = synthetic::duet_case("k", 0.02, 6, 7);
  CHECK(synthetic::judge(measured).verdict == Verdict::Regressed);
  for (DuetLaunch& launch : measured.launches) {
    launch.baseline_clock_mhz = 1800;
    launch.candidate_clock_mhz = 1800 / 1.02;
  }
  CHECK(is_clock_effect(synthetic::judge(measured)));
  measured.launches.back().candidate_clock_mhz = 0;
  CHECK(synthetic::judge(measured).verdict == Verdict::Regressed);
}

TEST_CASE("clock effect: a case that is held stays held whatever the clocks were") {
  CHECK(judged(0, 0.02).verdict == Verdict::Held);
  CHECK(judged(0, -0.02).verdict == Verdict::Held);
}
