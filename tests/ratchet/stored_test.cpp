#include "ratchet/stored.h"

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "tests/ratchet/close.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;
using synthetic::measurement;
using synthetic::run;

namespace {

// Medians of seven launches around a time, 0.05 % apart at most.
std::vector<double> around(double time_ns) {
  std::vector<double> medians;
  for (const double off : {0.0, 1e-4, -1e-4, 2e-4, -2e-4, 5e-4, -5e-4}) medians.push_back(time_ns * (1 + off));
  return medians;
}

CaseVerdict judge(const Measurement& baseline, const Measurement& candidate, const Policy& policy = {}) {
  return judge_stored(run({baseline}), run({candidate}), policy).front();
}

CaseVerdict judge(double baseline_ns, double candidate_ns, const Policy& policy = {}) {
  return judge(measurement("op/x/n=1", around(baseline_ns)), measurement("op/x/n=1", around(candidate_ns)), policy);
}

}  // namespace

TEST_CASE("stored: launches that lie wholly apart are regressed or improved") {
  CHECK(judge(20000, 21000).verdict == Verdict::Regressed);
  CHECK(judge(21000, 20000).verdict == Verdict::Improved);
  CHECK(judge(20000, 200000).verdict == Verdict::Regressed);
  CHECK(close(*judge(20000, 21000).change, 0.05, 1e-9));
}

TEST_CASE("stored: a gap that two sessions explain by chance is no regression") {
  // 0.9 % is beyond the tolerance and far beyond the launches, but not beyond 2 * 3.1 * 0.25 %.
  const CaseVerdict verdict = judge(20000, 20180 - 15);
  CHECK(verdict.verdict == Verdict::Inconclusive);
  CHECK(verdict.reasons.front().find("measure side by side") != std::string::npos);
  Policy steady;
  steady.session_sd = 0.0005;
  CHECK(judge(20000, 20180 - 15, steady).verdict == Verdict::Regressed);
}

TEST_CASE("stored: a difference below the tolerance is never regressed, however certain") {
  Policy steady;
  steady.session_sd = 1e-6;
  steady.tolerance = {{"*", 0.05}};
  for (const double slowdown : {0.0, 0.01, 0.03, 0.049}) {
    const Verdict verdict = judge(20000, 20000 * (1 + slowdown), steady).verdict;
    CHECK(verdict != Verdict::Regressed);
    CHECK(verdict == Verdict::Held);
    CHECK(judge(20000 * (1 + slowdown), 20000, steady).verdict == Verdict::Held);
  }
  CHECK(judge(20000, 20000 * 1.051, steady).verdict == Verdict::Regressed);
}

TEST_CASE("stored: overlapping launches that could hide the tolerance are inconclusive, not held") {
  const CaseVerdict verdict = judge(measurement("op/x/n=1", {1000, 1010, 990, 1020, 980}),
                                    measurement("op/x/n=1", {1004, 1014, 994, 1024, 984}));
  CHECK(verdict.verdict == Verdict::Inconclusive);
  CHECK(verdict.decided);
  REQUIRE(verdict.mde);
  CHECK(*verdict.mde > 0.04);
}

TEST_CASE("stored: fewer than five launches a side are inconclusive, whatever they say") {
  const std::vector<double> four{1000, 1001, 999, 1000};
  const std::vector<double> five{2000, 2001, 1999, 2000, 2002};
  for (const bool swapped : {false, true}) {
    const CaseVerdict verdict =
        judge(measurement("op/x/n=1", swapped ? five : four), measurement("op/x/n=1", swapped ? four : five));
    CHECK(verdict.verdict == Verdict::Inconclusive);
    CHECK(verdict.reasons.front() == "needs at least 5 launches a side, has 4");
  }
  // One process with a hundred samples is one launch.
  Measurement one = measurement("op/x/n=1", {});
  one.launches.push_back(std::vector<double>(100, 1000));
  CHECK(judge(one, measurement("op/x/n=1", five)).verdict == Verdict::Inconclusive);
  CHECK(judge(measurement("op/x/n=1", {1000, 1001, 999, 1000, 1002}), measurement("op/x/n=1", five)).verdict ==
        Verdict::Regressed);
}

TEST_CASE("stored: numbers of another driver, device or clock are no baseline, and it says which differs") {
  const Run baseline = run({measurement("op/x/n=1", around(20000))});
  const auto against = [&](auto change) {
    Run candidate = run({measurement("op/x/n=1", around(22000))});
    change(*candidate.environment);
    return judge_stored(baseline, candidate, {}).front();
  };
  const CaseVerdict driver = against([](Environment& e) { e.driver = "590.44"; });
  CHECK(driver.verdict == Verdict::NoBaseline);
  CHECK(driver.reasons.front() == "not the same environment: driver differs: 580.159.04 against 590.44");
  const CaseVerdict device = against([](Environment& e) { e.device.name = "NVIDIA L4"; });
  CHECK(device.verdict == Verdict::NoBaseline);
  CHECK(device.reasons.front() == "not the same environment: device differs: NVIDIA H200 against NVIDIA L4");
  const CaseVerdict clock = against([](Environment& e) { e.clock_policy = "locked:1500"; });
  CHECK(clock.verdict == Verdict::NoBaseline);
  CHECK(clock.reasons.front() == "not the same environment: clock policy differs: default against locked:1500");

  Run unknown = run({measurement("op/x/n=1", around(22000))});
  unknown.environment.reset();
  CHECK(judge_stored(baseline, unknown, {}).front().verdict == Verdict::NoBaseline);
}

TEST_CASE("stored: another definition or cache state is another case") {
  Measurement baseline = measurement("op/x/n=1", around(20000));
  Measurement candidate = measurement("op/x/n=1", around(20000));
  baseline.facts.definition = "aa";
  candidate.facts.definition = "bb";
  CHECK(judge(baseline, candidate).verdict == Verdict::Missing);
  CHECK(judge(baseline, candidate).reasons.front().find("definition changed") != std::string::npos);
  candidate.facts.definition = "aa";
  baseline.facts.l2 = "warm";
  candidate.facts.l2 = "cold";
  CHECK(judge(baseline, candidate).verdict == Verdict::Missing);
  CHECK_FALSE(judge(baseline, candidate).change.has_value());
}

TEST_CASE("stored: an answer that was not verified is invalid in the candidate and no baseline in the baseline") {
  Measurement wrong = measurement("op/x/n=1", around(20000));
  wrong.check = Check{false, 0.5, 1};
  CHECK(judge(measurement("op/x/n=1", around(20000)), wrong).verdict == Verdict::Invalid);
  CHECK(judge(wrong, measurement("op/x/n=1", around(20000))).verdict == Verdict::NoBaseline);
  CHECK(judge(wrong, wrong).verdict == Verdict::Invalid);
}

TEST_CASE("stored: every case of either run has one verdict, the baseline's first") {
  const Run baseline = run({measurement("op/x/n=2", around(20000)), measurement("op/x/n=1", around(20000))});
  const Run candidate = run({measurement("op/x/n=3", around(20000)), measurement("op/x/n=1", around(30000))});
  const auto verdicts = judge_stored(baseline, candidate, {});
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[0].id == "op/x/n=2");
  CHECK(verdicts[0].verdict == Verdict::Missing);
  CHECK(verdicts[1].id == "op/x/n=1");
  CHECK(verdicts[1].verdict == Verdict::Regressed);
  CHECK(verdicts[2].id == "op/x/n=3");
  CHECK(verdicts[2].verdict == Verdict::New);
}

TEST_CASE("stored: more than twice as fast, or faster than the memory, is invalid until a person looks") {
  CHECK(judge(20000, 9000).verdict == Verdict::Invalid);
  CHECK(judge(20000, 11000).verdict == Verdict::Improved);
  Measurement baseline = measurement("op/x/n=1", around(20000));
  Measurement candidate = measurement("op/x/n=1", around(20000));
  candidate.facts.bytes = 1'000'000'000;
  CHECK(judge(baseline, candidate).verdict == Verdict::Invalid);
}

TEST_CASE("stored: the same runs give the same verdict, bit for bit") {
  const CaseVerdict once = judge(20000, 20100);
  const CaseVerdict again = judge(20000, 20100);
  CHECK(once.verdict == again.verdict);
  CHECK(once.change_ci->low == again.change_ci->low);
  CHECK(once.change_ci->high == again.change_ci->high);
}

TEST_CASE("stored: a gap is regressed from the distance on at which the widened intervals part") {
  // Each side: 5 launches within 0.1 %; 3.0902 is z(1 - 0.001), 0.25 % the default spread, 1 ns of 20 us the tick.
  const double reach = std::hypot(std::log(1.001), 3.090232306167813 * 0.0025, 1 / 20000.0);
  const std::vector<double> base{20000, 20020, 20000 / 1.001, 20005, 19995};
  const auto verdict_at = [&](double gap) {
    std::vector<double> cand;
    for (const double time_ns : base) cand.push_back(time_ns * std::exp(gap));
    return judge(measurement("op/x/n=1", base), measurement("op/x/n=1", cand));
  };
  CHECK(verdict_at(2 * reach * 0.9999).verdict == Verdict::Inconclusive);
  CHECK(verdict_at(2 * reach * 1.0001).verdict == Verdict::Regressed);
  CHECK(verdict_at(-2 * reach * 1.0001).verdict == Verdict::Improved);
  CHECK(close(*verdict_at(0).mde, std::expm1(2 * reach), 1e-9));
}

TEST_CASE("stored: what the history knows of a case moves its line, and the verdict says which spread it used") {
  const auto judged = [&](const SessionSpreads& spreads) {
    return judge_stored(run({measurement("op/x/n=1", around(20000))}), run({measurement("op/x/n=1", around(20600))}),
                        {}, spreads)
        .front();
  };
  const CaseVerdict by_default = judged({{"op/y/n=1", {0.02, 9, true}}});
  CHECK(by_default.verdict == Verdict::Regressed);
  CHECK(by_default.session_spread->sd == Policy().session_sd);
  CHECK_FALSE(by_default.session_spread->learned);
  CHECK(by_default.reasons.front() == "sessions taken to differ by 0.25 % by default, 0 of 5 sessions known");
  const CaseVerdict rough = judged({{"op/x/n=1", {0.02, 9, true}}});
  CHECK(rough.verdict == Verdict::Inconclusive);
  CHECK(rough.session_spread->sessions == 9);
  CHECK(rough.reasons.back() == "sessions taken to differ by 2 %, from 9 sessions");
  CHECK(judged({{"op/x/n=1", {0.0005, 50, true}}}).verdict == Verdict::Regressed);
}

TEST_CASE("stored: unchanged code is held once the history knows its sessions to be quiet, and by default it is not") {
  const auto judged = [&](const SessionSpreads& spreads) {
    return judge_stored(run({measurement("op/x/n=1", around(20000))}), run({measurement("op/x/n=1", around(20001))}),
                        {}, spreads)
        .front()
        .verdict;
  };
  CHECK(judged({}) == Verdict::Inconclusive);
  CHECK(judged({{"op/x/n=1", {0.001, 30, true}}}) == Verdict::Held);
}
