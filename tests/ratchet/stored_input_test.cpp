#include <doctest/doctest.h>

#include <cstdint>
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

TEST_CASE("stored: a case that was unavailable was not there, and one that is now is missing") {
  const Measurement sound = measurement("op/x/n=1", kQuiet);
  Measurement lacking = measurement("op/x/n=1", {});
  lacking.failures.push_back({kUnavailable, "", "no library"});
  Measurement crashed = measurement("op/x/n=1", {});
  crashed.failures.push_back({"crashed", "", "signal 11"});
  CHECK(judge(sound, lacking).verdict == Verdict::Missing);
  CHECK(judge(sound, lacking).reasons.front() == "unavailable: no library");
  CHECK(judge(lacking, sound).verdict == Verdict::New);
  CHECK(judge(lacking, lacking).verdict == Verdict::New);
  CHECK(judge(lacking, crashed).verdict == Verdict::Invalid);
  CHECK(judge_stored(run({}), run({lacking}), {}).front().verdict == Verdict::New);
}

TEST_CASE("stored: one launch, however many samples it has, is inconclusive") {
  Measurement one = measurement("op/x/n=1", {});
  one.launches.resize(1);
  for (int i = 0; i < 100; ++i) one.launches[0].push_back(1000 + i % 7);
  const CaseVerdict verdict = judge(one, measurement("op/x/n=1", kQuiet));
  CHECK(verdict.verdict == Verdict::Inconclusive);
  CHECK(verdict.reasons.front() == "needs at least 5 launches a side, has 1");
  const CaseVerdict none = judge(measurement("op/x/n=1", kQuiet), measurement("op/x/n=1", {}));
  CHECK(none.verdict == Verdict::Inconclusive);
  CHECK(none.reasons.front() == "needs at least 5 launches a side, has 0");
}

TEST_CASE("stored: a launch cut short leaves the case inconclusive, with its place") {
  for (const bool in_candidate : {false, true}) {
    Measurement cut = measurement("op/x/n=1", kQuiet);
    cut.launches[3].resize(10);
    const Measurement whole = measurement("op/x/n=1", {2000, 2001, 1999, 2000.5, 1999.5});
    const CaseVerdict verdict = in_candidate ? judge(whole, cut) : judge(cut, whole);
    CHECK(verdict.verdict == Verdict::Inconclusive);
    CHECK(verdict.reasons.front() == std::string(in_candidate ? "the candidate" : "the baseline") +
                                         ": launch 3 has 10 samples, needs at least 11");
  }
}

TEST_CASE("stored: sides of unequal numbers of launches and of samples are judged by their launches") {
  Measurement seven = measurement("op/x/n=1", kQuiet);
  seven.launches[2].push_back(1000);
  CHECK(judge(seven, measurement("op/x/n=1", {1200, 1201, 1199, 1200.5, 1199.5})).verdict == Verdict::Regressed);
}

TEST_CASE("stored: times that are all equal know nothing of the noise and are inconclusive, never held or regressed") {
  const auto constant = [](double time_ns) {
    Measurement made = measurement("op/x/n=1", {});
    made.launches.assign(7, std::vector<double>(101, time_ns));
    return made;
  };
  Policy lax;
  lax.tolerance = {{"*", 0.5}};
  lax.session_sd = 1e-6;
  for (const double candidate_ns : {500.0, 1000.0, 2000.0}) {
    const CaseVerdict verdict = judge_stored(run({constant(1000)}), run({constant(candidate_ns)}), lax).front();
    CHECK(verdict.verdict == Verdict::Inconclusive);
    CHECK(verdict.reasons.front() == "the candidate: all its times are equal: the timer does not resolve this case");
  }
  CHECK(judge(constant(1000), measurement("op/x/n=1", kQuiet)).reasons.front().starts_with("the baseline: all its"));
  CHECK(judge(measurement("op/x/n=1", kQuiet), constant(1000)).verdict == Verdict::Inconclusive);
}

TEST_CASE("stored: a timer tick above 1 % of the timed interval is inconclusive; a batch makes the interval longer") {
  const auto ticking = [](double tick_ns, std::uint64_t batch, double time_ns) {
    Run made = run({measurement("op/x/n=1", {time_ns, 1.001 * time_ns, 0.999 * time_ns, time_ns, time_ns})});
    made.environment->timer_tick_ns = tick_ns;
    made.measurements[0].facts.batch = batch;
    return made;
  };
  for (const double candidate_ns : {1000.0, 2000.0}) {
    const CaseVerdict coarse = judge_stored(ticking(11, 1, 1000), ticking(11, 1, candidate_ns), {}).front();
    CHECK(coarse.verdict == Verdict::Inconclusive);
    CHECK(coarse.reasons.front() == "the timer's tick is 1.1 % of the timed interval, more than 1 %");
  }
  CHECK(judge_stored(ticking(1, 1, 1000), ticking(11, 1, 2000), {}).front().verdict == Verdict::Regressed);
  CHECK(judge_stored(ticking(11, 1, 1000), ticking(1, 1, 2000), {}).front().verdict == Verdict::Inconclusive);
  CHECK(judge_stored(ticking(11, 10, 1000), ticking(11, 10, 2000), {}).front().verdict == Verdict::Regressed);
}

TEST_CASE("stored: a step of one tick is no regression, however quiet the launches and the sessions are") {
  Policy steady;
  steady.session_sd = 1e-5;
  Run baseline = run({measurement("op/x/n=1", std::vector<double>(7, 1000))});
  Run candidate = run({measurement("op/x/n=1", std::vector<double>(7, 1009))});
  CHECK(judge_stored(baseline, candidate, steady).front().verdict == Verdict::Regressed);
  baseline.environment->timer_tick_ns = candidate.environment->timer_tick_ns = 9;
  CHECK(judge_stored(baseline, candidate, steady).front().verdict == Verdict::Inconclusive);
}
