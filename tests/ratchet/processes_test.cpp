// Cases that a program timed: a launch is a pair of processes, and nothing within a process tells what processes differ
// by.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "ratchet/duet.h"
#include "ratchet/error.h"
#include "ratchet/launch_effect.h"
#include "ratchet/sequential.h"
#include "tests/ratchet/close.h"

using namespace ratchet;

namespace {

constexpr VariancePrior kNone{0, 0};
const double kMinusInfinity = -std::numeric_limits<double>::infinity();

// As many samples on a side as asked, which scatter little; processes scatter by `spread`.
DuetCase pairs(double slowdown, double spread, std::size_t launches, std::uint64_t seed, std::size_t candidate_samples = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  DuetCase made;
  made.facts.id = "suite/sort";
  made.facts.timed_by = kByProcess;
  for (std::size_t i = 0; i < launches; ++i) {
    DuetLaunch& launch = made.launches.emplace_back();
    const auto process = [&](double time_ns, std::size_t samples, std::vector<double>& times) {
      const double level = time_ns * std::exp(spread * normal(random));
      for (std::size_t j = 0; j < samples; ++j) times.push_back(level * (1 + 1e-6 * static_cast<double>(j)));
    };
    process(1000, 3, launch.baseline_ns);
    process(1000 * (1 + slowdown), candidate_samples, launch.candidate_ns);
  }
  return made;
}

CaseVerdict judge(DuetCase measured, const Policy& policy = {}) {
  Duet duet;
  duet.environment.emplace();
  duet.environment->device.kind = "cuda";
  duet.cases.push_back(std::move(measured));
  return judge_duet(duet, policy).front();
}

}  // namespace

TEST_CASE("processes: evidence without a belief is the integral over all spreads and distances") {
  // Tolerance ln 1.02, in percent; both integrals by the trapezium rule in an independent program.
  const double tolerance = 100 * std::log1p(0.02);
  const std::vector<double> slow{2.2, 1.5, 3.1, 2.4, 1.9, 2.8, 2.0, 2.6};
  const Evidence of_slow = weigh(slow, kNone, tolerance);
  CHECK(close(of_slow.slower, 5.979627510635577, 1e-12));
  CHECK(of_slow.faster == kMinusInfinity);  // the mean lies on the other side
  CHECK(of_slow.against_slow == kMinusInfinity);
  CHECK(close(of_slow.against_fast, 7.304691292613129, 1e-12));
  const Evidence of_same = weigh(std::vector<double>{.1, -.6, .3, -.2, .4, 0}, kNone, tolerance);
  CHECK(of_same.slower == kMinusInfinity);
  CHECK(close(of_same.against_slow, 4.409927604676322, 1e-12));
  CHECK(close(of_same.against_fast, 4.409927604676324, 1e-12));
}

TEST_CASE("processes: evidence without a belief does not depend on how much launches scatter") {
  const std::vector<double> one{.02, .015, .031, .024};
  std::vector<double> tenfold;
  for (const double ratio : one) tenfold.push_back(10 * ratio);
  CHECK(close(weigh(one, kNone, 0.02).slower, weigh(tenfold, kNone, 0.2).slower, 1e-12));
}

TEST_CASE("processes: launches that agree to the last digit are no evidence, and neither is a single one") {
  for (const std::size_t count : {1, 2, 40}) {
    const Evidence evidence = weigh(std::vector<double>(count, 0.5), kNone, 0.02);
    CHECK(evidence.slower == kMinusInfinity);
    CHECK(evidence.against_fast == kMinusInfinity);
  }
}

TEST_CASE("processes: a launch is the log ratio of the medians, however many samples each side has") {
  const LaunchReading reading = read_processes({{100, 300, 200}, {400}});
  REQUIRE(reading.effect);
  CHECK(close(reading.effect->log_ratio, std::log(2.0), 1e-15));
  CHECK(!read_processes({{100}, {}}).effect);
  CHECK(!read_processes({{}, {100}}).effect);
  CHECK(!read_processes({{100}, {0}}).effect);
  CHECK(!read_processes({{100, std::nan("")}, {100}}).effect);
  CHECK(!read_processes({{100}, {100, std::numeric_limits<double>::infinity()}}).effect);
}

TEST_CASE("processes: unchanged code is held, a slowdown of twice the tolerance regressed, the same speed-up improved") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK(judge(pairs(0, 0.003, 40, seed)).verdict == Verdict::Held);
    CHECK(judge(pairs(0.04, 0.003, 40, seed)).verdict == Verdict::Regressed);
    CHECK(judge(pairs(-0.04, 0.003, 40, seed, 5)).verdict == Verdict::Improved);
  }
}

TEST_CASE("processes: their tolerance is that of a CPU, also on a GPU") {
  const Policy policy;
  CHECK(judge(pairs(0, 0.003, 5, 1)).tolerance == policy.cpu_tolerance);
}

TEST_CASE("processes: no number of samples makes fewer than five pairs enough to hold, or nine to fail") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const CaseVerdict four = judge(pairs(0, 1e-7, 4, seed, 1000));
    CHECK(four.verdict == Verdict::Inconclusive);
    CHECK(!four.decided);
    Policy policy;
    policy.family = 5;
    CHECK(judge(pairs(0.5, 1e-7, 8, seed, 1000), policy).verdict == Verdict::Inconclusive);
    CHECK(judge(pairs(0.5, 1e-7, 9, seed, 1000), policy).verdict == Verdict::Regressed);
  }
}

TEST_CASE("processes: a program that prints the same number each time is not held") {
  const CaseVerdict verdict = judge(pairs(0, 0, 5, 1));
  CHECK(verdict.verdict == Verdict::Inconclusive);
  CHECK(verdict.decided);
  CHECK(!verdict.change_ci);
  CHECK(!verdict.mde);
  REQUIRE(!verdict.reasons.empty());
  CHECK(verdict.reasons.front().find("does not resolve") != std::string::npos);
}

TEST_CASE("processes: the past is not believed") {
  const DuetCase measured = pairs(0.01, 0.01, 12, 3);
  Duet duet;
  duet.cases.push_back(measured);
  const Overdispersions past{{measured.facts.id, {0.001, 12, 500}}};
  const CaseVerdict verdict = judge_duet(duet, {}, past).front();
  REQUIRE(verdict.prior);
  CHECK(verdict.prior->weight == 0);
  REQUIRE(verdict.change_ci);
  CHECK(verdict.change_ci->high - verdict.change_ci->low > 0.005);
}

TEST_CASE("processes: with so few launches that nothing could be found no detectable slowdown is claimed") {
  CHECK(!judge(pairs(0, 0.05, 6, 1)).mde);
  const CaseVerdict held = judge(pairs(0, 0.003, 40, 1));
  REQUIRE(held.mde);
  CHECK(*held.mde >= held.tolerance);
  CHECK(*held.mde < 0.03);
}
