#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "ratchet/gate.h"
#include "ratchet/stored.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;
using synthetic::measurement;
using synthetic::run;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const std::vector<double> kQuiet{1000, 1001, 999, 1000.5, 999.5, 1000.2, 999.8};

CaseVerdict judge(const Measurement& baseline, const Measurement& candidate) {
  return judge_stored(run({baseline}), run({candidate}), {}).front();
}

}  // namespace

TEST_CASE("stored: one time that is not positive and finite leaves the case inconclusive, with its place") {
  for (const double bad : {0.0, -1.0, kNan, kInfinity}) {
    Measurement spoilt = measurement("op/x/n=1", kQuiet);
    spoilt.launches[2][3] = bad;
    for (const bool in_candidate : {false, true}) {
      const Measurement sound = measurement("op/x/n=1", {2000, 2001, 1999, 2000.5, 1999.5});
      const CaseVerdict verdict = in_candidate ? judge(sound, spoilt) : judge(spoilt, sound);
      CHECK(verdict.verdict == Verdict::Inconclusive);
      REQUIRE_FALSE(verdict.reasons.empty());
      CHECK(verdict.reasons.front() == std::string(in_candidate ? "the candidate" : "the baseline") +
                                           ": launch 2 has a time that is not positive and finite");
    }
  }
}

TEST_CASE("stored: a launch without samples leaves the case inconclusive, with its place") {
  Measurement hollow = measurement("op/x/n=1", kQuiet);
  hollow.launches[4].clear();
  const CaseVerdict verdict = judge(measurement("op/x/n=1", kQuiet), hollow);
  CHECK(verdict.verdict == Verdict::Inconclusive);
  REQUIRE_FALSE(verdict.reasons.empty());
  CHECK(verdict.reasons.front() == "the candidate: launch 4 has no samples");
}

TEST_CASE("stored: a wrong answer stays invalid when the definition changed as well, and nobody can accept it") {
  Measurement baseline = measurement("op/x/n=1", kQuiet);
  Measurement candidate = measurement("op/x/n=1", kQuiet);
  baseline.facts.definition = "aa";
  candidate.facts.definition = "bb";
  candidate.check = Check{false, 0.5, 1};
  CaseVerdict verdict = judge(baseline, candidate);
  CHECK(verdict.verdict == Verdict::Invalid);
  CHECK_FALSE(let_through(verdict, "looks fine"));
  CHECK(verdict.verdict == Verdict::Invalid);
}

TEST_CASE("stored: a new case that answers wrongly or fails is invalid, not new") {
  Measurement wrong = measurement("op/x/n=2", kQuiet);
  wrong.check = Check{false, 0.5, 1};
  Measurement crashed = measurement("op/x/n=3", kQuiet);
  crashed.failures.push_back({"crashed", "", "signal 11"});
  const auto verdicts =
      judge_stored(run({measurement("op/x/n=1", kQuiet)}), run({measurement("op/x/n=1", kQuiet), wrong, crashed}), {});
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[1].verdict == Verdict::Invalid);
  CHECK(verdicts[2].verdict == Verdict::Invalid);
  CHECK(verdicts[2].reasons.front() == "the candidate: signal 11");
}
