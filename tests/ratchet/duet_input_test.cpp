#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "ratchet/duet.h"
#include "ratchet/launch_effect.h"
#include "tests/ratchet/close.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;
using synthetic::duet_case;
using synthetic::judge;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("duet: rounds that all gave the same ratio are no certainty") {
  for (const double ratio : {1.0, 1.01, 1.05, 1.1}) {
    DuetCase measured = duet_case("op/x/n=1", 0, 0, 1);
    measured.launches.assign(
        4, {std::vector<double>(synthetic::kRounds, 20000), std::vector<double>(synthetic::kRounds, 20000 * ratio)});
    const CaseVerdict verdict = judge(measured);
    INFO("ratio ", ratio);
    CHECK(verdict.verdict == Verdict::Inconclusive);
    REQUIRE_FALSE(verdict.reasons.empty());
    CHECK(verdict.reasons.front().find("does not resolve") != std::string::npos);
  }
}

TEST_CASE("duet: a candidate whose answer was not verified is invalid, however fast") {
  DuetCase measured = duet_case("op/x/n=1", -0.1, 10, 1);
  measured.candidate_check = Check{false, 0.5, 1};
  const CaseVerdict verdict = judge(measured);
  CHECK(verdict.verdict == Verdict::Invalid);
  CHECK(verdict.decided);
  REQUIRE_FALSE(verdict.reasons.empty());
  CHECK(verdict.reasons.front() == "the candidate: its answer did not agree with the reference");
  CHECK_FALSE(verdict.change.has_value());
}

TEST_CASE("duet: a baseline whose answer was not verified is no baseline") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
  measured.baseline_check = Check{false, 0.5, 1};
  CHECK(judge(measured).verdict == Verdict::NoBaseline);
}

TEST_CASE("duet: a spoilt launch takes a pass away, but not a slowdown proven before it") {
  for (const double bad : {0.0, -1.0, kNan, kInfinity}) {
    DuetCase slower = duet_case("op/x/n=1", 0.02, 6, 1);
    slower.launches[5].candidate_ns[50] = bad;
    CHECK(judge(slower).verdict == Verdict::Regressed);
    DuetCase same = duet_case("op/x/n=1", 0, 6, 1);
    same.launches[5].candidate_ns[50] = bad;
    const CaseVerdict verdict = judge(same);
    CHECK(verdict.verdict == Verdict::Inconclusive);
    CHECK(verdict.decided);
    REQUIRE_FALSE(verdict.reasons.empty());
    CHECK(verdict.reasons.front() == "launch 5: round 50 has a time that is not positive and finite");
  }
}

TEST_CASE("duet: a new case that answers wrongly is invalid, not new") {
  DuetCase measured = duet_case("op/x/n=1", 0, 0, 1);
  measured.warnings.push_back(kOnlyInCandidate);
  CHECK(judge(measured).verdict == Verdict::New);
  measured.candidate_check = Check{false, 0.5, 1};
  CHECK(judge(measured).verdict == Verdict::Invalid);
}

TEST_CASE("duet: a time that is zero, negative, NaN or infinite makes its launch unusable") {
  for (const double bad : {0.0, -20000.0, kNan, kInfinity, -kInfinity}) {
    for (const bool on_both : {false, true}) {
      DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
      measured.launches[0].baseline_ns[7] = bad;
      if (on_both) measured.launches[0].candidate_ns[7] = bad;
      const CaseVerdict verdict = judge(measured);
      CHECK(verdict.verdict == Verdict::Inconclusive);
      CHECK(verdict.decided);
      REQUIRE_FALSE(verdict.reasons.empty());
      CHECK(verdict.reasons.front() == "launch 0: round 7 has a time that is not positive and finite");
    }
  }
}

TEST_CASE("duet: rounds that are not pairs, or too few of them, make a launch unusable") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
  measured.launches[1].candidate_ns.pop_back();
  CHECK(judge(measured).verdict == Verdict::Inconclusive);
  CHECK(judge(measured).reasons.front().find("launch 1: baseline and candidate have unequal") == 0);
  for (const std::size_t rounds : {std::size_t{0}, std::size_t{1}, std::size_t{10}}) {
    DuetCase brief = duet_case("op/x/n=1", 0.5, 10, 1);
    for (DuetLaunch& launch : brief.launches) {
      launch.baseline_ns.resize(rounds);
      launch.candidate_ns.resize(rounds);
    }
    CHECK(judge(brief).verdict == Verdict::Inconclusive);
    CHECK(judge(brief).reasons.front() == "launch 0: has " + std::to_string(rounds) + " rounds, needs at least 11");
  }
}

TEST_CASE("duet: a timer too coarse for the timed interval gives no verdict, and a batch of calls repairs it") {
  for (const double slowdown : {0.0, 0.02}) {
    Duet coarse = synthetic::duet({duet_case("op/x/n=1", slowdown, 10, 1)});  // 20 us
    coarse.environment->timer_tick_ns = 210;
    const CaseVerdict verdict = judge_duet(coarse, {}).front();
    CHECK(verdict.verdict == Verdict::Inconclusive);
    REQUIRE_FALSE(verdict.reasons.empty());
    CHECK(verdict.reasons.front().find("the timer's tick is more than") == 0);
    coarse.cases.front().facts.batch = 2;
    CHECK(judge_duet(coarse, {}).front().verdict == (slowdown > 0 ? Verdict::Regressed : Verdict::Held));
  }
}

TEST_CASE("duet: what a launch says is the trimmed mean of its rounds' log ratios") {
  DuetLaunch launch;
  for (int i = 0; i < 11; ++i) {
    launch.baseline_ns.push_back(100);
    launch.candidate_ns.push_back(100 * std::exp(0.01 * i));
  }
  launch.candidate_ns[10] = 1e6;  // one of two values trimmed at each end
  const LaunchReading reading = read_launch(launch, 11);
  REQUIRE(reading.effect);
  CHECK(close(reading.effect->log_ratio, 0.05, 1e-12));
  // Winsorized {2,2,2,3,4,5,6,7,8,8,8} % around 5: squares 64e-4; / 10 / ((1 - 4/11)^2 * 11).
  CHECK(close(reading.effect->variance, 64e-4 / 10 / (49.0 / 121 * 11), 1e-9));
}
