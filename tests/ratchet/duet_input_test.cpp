#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "ratchet/duet.h"
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
