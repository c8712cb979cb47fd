#include "ratchet/duet.h"

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "tests/ratchet/close.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;
using synthetic::duet;
using synthetic::duet_case;
using synthetic::judge;
using synthetic::Noise;

namespace {

bool says(const CaseVerdict& verdict, const std::string& words) {
  for (const std::string& reason : verdict.reasons) {
    if (reason.find(words) != std::string::npos) return true;
  }
  return false;
}

DuetCase first_launches(DuetCase measured, std::size_t count) {
  measured.launches.resize(count);
  return measured;
}

// As the executor does: one launch more until the case is decided.
std::pair<CaseVerdict, std::size_t> measure_live(const DuetCase& measured, const Policy& policy) {
  for (std::size_t k = 1; k < measured.launches.size(); ++k) {
    CaseVerdict verdict = judge(first_launches(measured, k), policy);
    if (verdict.decided) return {verdict, k};
  }
  return {judge(measured, policy), measured.launches.size()};
}

Failure failure_of(const std::string& side) { return {"crashed", side, "signal 11"}; }

}  // namespace

TEST_CASE("duet: unchanged code is held, a slowdown of the tolerance regressed, the same speed-up improved") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK(judge(duet_case("op/x/n=1", 0, 10, seed)).verdict == Verdict::Held);
    CHECK(judge(duet_case("op/x/n=1", 0.005, 10, seed)).verdict == Verdict::Regressed);
    CHECK(judge(duet_case("op/x/n=1", -0.005, 10, seed)).verdict == Verdict::Improved);
  }
}

TEST_CASE("duet: a slowdown is regressed however large it is") {
  for (const double slowdown : {0.01, 0.02, 0.04, 0.12, 0.2, 0.5, 1.0, 9.0, 99.0}) {
    INFO("slowdown ", slowdown);
    CHECK(judge(duet_case("op/x/n=1", slowdown, 8, 3)).verdict == Verdict::Regressed);
  }
}

TEST_CASE("duet: an effect proven to lie between nothing and the tolerance is held, with its size") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const CaseVerdict verdict = judge(duet_case("op/x/n=1", 0.002, 10, seed));
    CHECK(verdict.verdict == Verdict::Held);
    CHECK(verdict.decided);
    REQUIRE(verdict.change);
    CHECK(std::abs(*verdict.change - 0.002) < 0.0003);
    REQUIRE(verdict.change_ci);
    CHECK(verdict.change_ci->low > 0);
    CHECK(verdict.change_ci->low <= *verdict.change);
    CHECK(verdict.change_ci->high >= *verdict.change);
    CHECK(verdict.change_ci->high < 0.005);
  }
}

TEST_CASE(
    "duet: a well measured slowdown is decided wherever it lies, held up to about three quarters of the tolerance") {
  const Policy policy;
  for (const double tolerances : {0.1, 0.3, 0.45, 0.5, 0.55, 0.6, 0.85, 0.95}) {
    INFO("slower by tolerances ", tolerances);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto [verdict, launches] = measure_live(duet_case("op/x/n=1", 0.005 * tolerances, 40, seed), policy);
      CHECK(verdict.verdict == (tolerances < 0.75 ? Verdict::Held : Verdict::Regressed));
      CHECK(launches <= 10);
    }
  }
}

TEST_CASE("duet: slower than a quarter and slower by less than the tolerance, proven at the same look, is held") {
  for (const double tolerances : {0.4, 0.6}) {
    const CaseVerdict verdict = judge(duet_case("op/x/n=1", 0.005 * tolerances, 2, 1, Noise{1e-5, 1e-6}));
    CHECK(verdict.verdict == Verdict::Held);
  }
}

TEST_CASE("duet: noise too large for the tolerance is inconclusive at the cap, with what could have been seen") {
  Policy policy;
  policy.max_launches = 6;
  const CaseVerdict verdict = judge(duet_case("op/x/n=1", 0.005, 6, 2, Noise{0.2, 0.02}), policy);
  CHECK(verdict.verdict == Verdict::Inconclusive);
  CHECK(verdict.decided);
  CHECK(says(verdict, "undecided after 6 launches"));
  REQUIRE(verdict.mde);
  CHECK(*verdict.mde > 0.005);
}

TEST_CASE("duet: fewer launches than the minimum decide nothing, not even a slowdown of half") {
  const CaseVerdict verdict = judge(duet_case("op/x/n=1", 0.5, 1, 1));
  CHECK(verdict.verdict == Verdict::Inconclusive);
  CHECK_FALSE(verdict.decided);
  CHECK(says(verdict, "needs at least 2 launches, has 1"));
  Policy patient;
  patient.min_launches = 5;
  CHECK(judge(duet_case("op/x/n=1", 0.5, 4, 1), patient).verdict == Verdict::Inconclusive);
  CHECK(judge(duet_case("op/x/n=1", 0, 4, 1), patient).verdict == Verdict::Inconclusive);
  CHECK(judge(duet_case("op/x/n=1", 0.5, 5, 1), patient).verdict == Verdict::Regressed);
  CHECK(judge(duet_case("op/x/n=1", 0, 5, 1), patient).verdict == Verdict::Held);
}

TEST_CASE("duet: a case without launches is undecided, not held") {
  const CaseVerdict verdict = judge(duet_case("op/x/n=1", 0, 0, 1));
  CHECK(verdict.verdict == Verdict::Inconclusive);
  CHECK_FALSE(verdict.decided);
  CHECK(says(verdict, "not measured"));
}

TEST_CASE("duet: launches after the first decisive look change the estimate and never the verdict") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const double slowdown = 0.001 * static_cast<double>(seed % 7) - 0.003;
    const DuetCase whole = duet_case("op/x/n=1", slowdown, 40, seed, Noise{0.01, 0.001});
    const auto [live, launches] = measure_live(whole, {});
    const CaseVerdict replayed = judge(whole);
    INFO("seed ", seed, ", decided after ", launches);
    CHECK(live.decided);
    CHECK(replayed.verdict == live.verdict);
    CHECK(replayed.candidate->launches == 40);
    if (launches < 40) CHECK(*replayed.change != *live.change);
  }
}

TEST_CASE("duet: later launches that all say the opposite do not overturn a decision") {
  DuetCase measured = duet_case("op/x/n=1", 0.02, 4, 1);
  REQUIRE(judge(measured).verdict == Verdict::Regressed);
  for (const DuetLaunch& launch : duet_case("op/x/n=1", -0.02, 30, 2).launches) measured.launches.push_back(launch);
  CHECK(judge(measured).verdict == Verdict::Regressed);
}

TEST_CASE("duet: the same rounds give the same verdict, bit for bit") {
  const DuetCase measured = duet_case("op/x/n=1", 0.003, 12, 9, Noise{0.01, 0.001});
  const CaseVerdict once = judge(measured);
  const CaseVerdict again = judge(measured);
  CHECK(once.verdict == again.verdict);
  CHECK(*once.change == *again.change);
  CHECK(once.change_ci->low == again.change_ci->low);
  CHECK(once.change_ci->high == again.change_ci->high);
  CHECK(*once.mde == *again.mde);
  CHECK(once.candidate->ci_ns.high == again.candidate->ci_ns.high);
}

TEST_CASE("duet: swapping the sides mirrors the verdict and inverts the change") {
  DuetCase measured = duet_case("op/x/n=1", 0.01, 6, 4);
  const CaseVerdict there = judge(measured);
  for (DuetLaunch& launch : measured.launches) std::swap(launch.baseline_ns, launch.candidate_ns);
  const CaseVerdict back = judge(measured);
  CHECK(there.verdict == Verdict::Regressed);
  CHECK(back.verdict == Verdict::Improved);
  CHECK(close(1 + *there.change, 1 / (1 + *back.change), 1e-12));
}

TEST_CASE("duet: the error probability is shared by the cases that can be judged, not by those that cannot") {
  // Evidence that is proof for one case alone and no proof for one of a thousand.
  const DuetCase measured = duet_case("op/x/n=1", 0.005, 6, 11, Noise{0.004, 0.0008});
  Policy alone;
  alone.max_launches = 6;
  REQUIRE(judge(measured, alone).verdict == Verdict::Regressed);
  Policy many = alone;
  many.family = 100000;
  CHECK(judge(measured, many).verdict == Verdict::Inconclusive);

  std::vector<DuetCase> sound(20000, duet_case("op/x/n=2", 0, 0, 1));
  sound.front() = measured;
  CHECK(judge_duet(duet(sound), alone).front().verdict == Verdict::Inconclusive);
  for (std::size_t i = 1; i < sound.size(); ++i) sound[i].warnings.push_back(kOnlyInCandidate);
  CHECK(judge_duet(duet(sound), alone).front().verdict == Verdict::Regressed);
}

TEST_CASE("duet: a candidate that failed is invalid and a baseline that failed is no baseline") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
  measured.failures = {failure_of("candidate")};
  CHECK(judge(measured).verdict == Verdict::Invalid);
  CHECK(says(judge(measured), "the candidate: signal 11"));
  measured.failures = {failure_of("baseline")};
  CHECK(judge(measured).verdict == Verdict::NoBaseline);
  CHECK(says(judge(measured), "the baseline: signal 11"));
  measured.failures = {failure_of("baseline"), failure_of("candidate")};
  CHECK(judge(measured).verdict == Verdict::Invalid);
  measured.failures = {failure_of("")};
  CHECK(judge(measured).verdict == Verdict::Invalid);
  CHECK(judge(measured).decided);
}

TEST_CASE("duet: a case that is unavailable is missing from the candidate and no baseline, and never a fault") {
  DuetCase measured = duet_case("op/x/n=1", 0, 0, 1);
  const Failure there{kUnavailable, "baseline", "no library"};
  const Failure here{kUnavailable, "candidate", "no library"};
  measured.failures = {here};
  CHECK(judge(measured).verdict == Verdict::Missing);
  CHECK(judge(measured).decided);
  measured.failures = {there};
  CHECK(judge(measured).verdict == Verdict::NoBaseline);
  measured.failures = {there, here};
  CHECK(judge(measured).verdict == Verdict::Missing);
  CHECK(judge(measured).reasons == std::vector<std::string>{"unavailable: no library"});
  measured.failures = {there, failure_of("candidate")};
  CHECK(judge(measured).verdict == Verdict::Invalid);
}

TEST_CASE("duet: a case of one side only is missing or new, and another definition is another case") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
  measured.warnings = {kOnlyInBaseline};
  CHECK(judge(measured).verdict == Verdict::Missing);
  measured.warnings = {kOnlyInCandidate};
  CHECK(judge(measured).verdict == Verdict::New);
  measured.warnings = {kDefinitionChanged};
  CHECK(judge(measured).verdict == Verdict::Missing);
  CHECK(says(judge(measured), "definition changed"));
  measured.warnings = {"something else worth saying"};
  CHECK(judge(measured).verdict == Verdict::Held);
  CHECK(says(judge(measured), "something else worth saying"));
}

TEST_CASE("duet: more than twice as fast with the same definition is invalid until a person looks") {
  CHECK(judge(duet_case("op/x/n=1", -0.4, 10, 1)).verdict == Verdict::Improved);
  const CaseVerdict verdict = judge(duet_case("op/x/n=1", -0.6, 10, 1));
  CHECK(verdict.verdict == Verdict::Invalid);
  CHECK(says(verdict, "implausible until a person accepts it: more than 2 times faster"));
}

TEST_CASE("duet: faster than the device's memory is invalid, also when nothing changed") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);  // 20 us
  measured.facts.bytes = 1'000'000'000;                 // 50 TB/s
  const CaseVerdict verdict = judge(measured);
  CHECK(verdict.verdict == Verdict::Invalid);
  CHECK(says(verdict, "more than the device's peak of 4800 GB/s"));
}

TEST_CASE("duet: the summaries hold both sides, with the launch as the unit") {
  DuetCase measured = duet_case("op/x/n=1", 0.01, 7, 1);
  measured.facts.bytes = 20'000'000;
  Duet both = duet({measured});
  both.baseline.commit.sha = "b5";
  both.candidate.commit.sha = "c4";
  const CaseVerdict verdict = judge_duet(both, {}).front();
  REQUIRE(verdict.baseline);
  REQUIRE(verdict.candidate);
  CHECK(verdict.baseline->commit == "b5");
  CHECK(verdict.candidate->commit == "c4");
  CHECK(verdict.baseline->launches == 7);
  CHECK(verdict.baseline->samples == 7 * synthetic::kRounds);
  CHECK(close(verdict.baseline->median_ns, 20000, 1e-3));
  CHECK(close(verdict.candidate->median_ns, 20200, 1e-3));
  CHECK(verdict.baseline->ci_ns.low <= verdict.baseline->median_ns);
  CHECK(verdict.baseline->ci_ns.high >= verdict.baseline->median_ns);
  CHECK(close(verdict.baseline->bandwidth_gb_per_s, 1000, 1e-3));
  CHECK(verdict.method == Method::Duet);
}
