#include "ratchet/overdispersion.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ratchet/duet.h"
#include "tests/ratchet/close.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;
using synthetic::duet_case;
using synthetic::Noise;

namespace {

// Rounds of 0.1 % a side tell a standard deviation of about 0.015 % for a launch.
constexpr double kTold = 0.00015;

std::vector<std::vector<DuetLaunch>> past(std::size_t duets, std::size_t launches, double launch_sd) {
  std::vector<std::vector<DuetLaunch>> all;
  for (std::uint64_t seed = 1; seed <= duets; ++seed)
    all.push_back(duet_case("op/x/n=1", 0.01, launches, seed, Noise{0.001, launch_sd}).launches);
  return all;
}

}  // namespace

TEST_CASE("overdispersion: without a past it is the policy's, and one launch a duet is no past") {
  const Policy policy;
  for (const auto& nothing : {past(0, 0, 0), past(5, 1, 0), past(5, 0, 0)}) {
    const Overdispersion learnt = overdispersion(nothing, policy);
    CHECK(close(learnt.ratio, policy.overdispersion, 1e-12));
    CHECK(learnt.weight == policy.prior_weight);
  }
}

TEST_CASE("overdispersion: a long past says what launches really do, whatever the code's own change was") {
  const Policy policy;
  CHECK(overdispersion(past(60, 4, 0), policy).ratio > 0.7);
  CHECK(overdispersion(past(60, 4, 0), policy).ratio < 1.3);
  const double fourfold = overdispersion(past(60, 4, 1.732 * kTold), policy).ratio;
  CHECK(fourfold > 3);
  CHECK(fourfold < 5);
}

TEST_CASE("overdispersion: the weight grows with the launches seen and ends at the policy's most") {
  const Policy policy;
  CHECK(overdispersion(past(1, 3, 0), policy).weight == policy.prior_weight + 2);
  CHECK(overdispersion(past(50, 4, 0), policy).weight == policy.max_prior_weight);
  CHECK(overdispersion(past(2, 3, 0), policy).launches == 6);
}

TEST_CASE("overdispersion: launches that cannot be read teach nothing") {
  const Policy policy;
  auto spoilt = past(3, 4, 0);
  for (auto& launches : spoilt) {
    for (DuetLaunch& launch : launches) launch.candidate_ns[0] = -1;
  }
  CHECK(close(overdispersion(spoilt, policy).ratio, policy.overdispersion, 1e-12));
}

TEST_CASE("overdispersion: a noisy day is seen over all cases, never a quiet one, and not from a few") {
  const auto cases = [](std::size_t n, double squares) { return std::vector<Scatter>(n, Scatter{3, squares, 1}); };
  // Two degrees of freedom: half of all cases have squares above 2 ln 2.
  CHECK(close(inflation_today(cases(20, 1.3862943611198906)), 1, 1e-12));
  CHECK(close(inflation_today(cases(20, 6 * 1.3862943611198906)), 6, 1e-12));
  CHECK(inflation_today(cases(20, 0.1)) == 1);
  CHECK(inflation_today(cases(4, 100)) == 1);
  CHECK(inflation_today({}) == 1);
}

TEST_CASE("duet: a past of unruly launches takes more of them to decide, a past of calm ones fewer") {
  const DuetCase measured = duet_case("op/x/n=1", 0.005, 40, 7, Noise{0.01, 0.0005});
  const auto launches_needed = [&](const Overdispersions& known) {
    for (std::size_t k = 2; k <= 40; ++k) {
      DuetCase sofar = measured;
      sofar.launches.resize(k);
      if (judge_duet(synthetic::duet({sofar}), {}, known).front().decided) return k;
    }
    return std::size_t{41};
  };
  const std::size_t usual = launches_needed({});
  CHECK(launches_needed({{"op/x/n=1", {20, 12, 100}}}) > usual);
  CHECK(launches_needed({{"op/x/n=1", {1, 12, 100}}}) < usual);
  CHECK(launches_needed({{"op/y/n=1", {20, 12, 100}}}) == usual);
}

TEST_CASE("duet: launches of other cases that scatter today make a case wait") {
  const DuetCase measured = duet_case("op/x/n=1", 0.005, 6, 7, Noise{0.002, 0.0002});
  const auto verdict_beside = [&](double launch_sd) {
    std::vector<DuetCase> cases{measured};
    for (std::uint64_t i = 0; i < 8; ++i)
      cases.push_back(duet_case("op/y/n=" + std::to_string(i), 0, 6, 20 + i, Noise{0.002, launch_sd}));
    Policy policy;
    policy.family = 20;
    return judge_duet(synthetic::duet(cases), policy).front();
  };
  CHECK(verdict_beside(0.0002).verdict == Verdict::Regressed);
  CHECK(verdict_beside(0.02).verdict == Verdict::Inconclusive);
}
