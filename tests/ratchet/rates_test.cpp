// Error rates, measured over many seeded cases: what the gate promises, and how far the promise reaches when launches
// differ more than their rounds tell. Labelled `rates`, because it takes most of a minute.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "ratchet/duet.h"
#include "ratchet/statistics.h"
#include "ratchet/stored.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;

namespace {

constexpr double kTolerance = 0.005;
constexpr std::size_t kFamily = 20;

// One population of launches. Student's law with 5 degrees of freedom has launches that lie far off.
struct World {
  double slowdown = 0;  // in tolerances, on the log scale
  double within = 0.3;  // standard deviation that the rounds of a launch tell, in tolerances
  double ratio = 1;     // true variance between launches / that
  bool heavy = false;
};

struct Rates {
  double regressed = 0;
  double held = 0;
  double inconclusive = 0;
};

// Rounds are eleven fixed normal scores, stretched: a launch then says exactly what the world drew for it, and a
// hundred thousand cases take seconds.
class Launches {
 public:
  explicit Launches(std::uint64_t seed) : random_(seed) { scale_ = 1 / std::sqrt(trimmed_mean(scores_).variance); }

  DuetLaunch draw(const World& world) {
    const double tolerance = std::log1p(kTolerance);
    double deviate = normal_(random_);
    if (world.heavy) deviate *= std::sqrt(3 / chi_squared_5_(random_));  // variance 1
    const double effect = tolerance * (world.slowdown + std::sqrt(world.ratio) * world.within * deviate);
    const double told = tolerance * world.within * std::sqrt(told_(random_)) * scale_;
    DuetLaunch launch;
    launch.baseline_ns.assign(scores_.size(), 20000);
    for (const double score : scores_) launch.candidate_ns.push_back(20000 * std::exp(effect + told * score));
    return launch;
  }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::gamma_distribution<double> chi_squared_5_{2.5, 2};
  std::gamma_distribution<double> told_{30, 1 / 30.0};  // a variance from the middle 61 of 101 rounds
  std::vector<double> scores_{-1.586, -1.062, -0.729, -0.462, -0.225, 0, 0.225, 0.462, 0.729, 1.062, 1.586};
  double scale_ = 1;
};

// All launches up to the cap at once: the verdict is that of the first decisive look.
Rates measure(const World& world, const Policy& policy, std::size_t cases, std::uint64_t seed) {
  Launches launches(seed);
  Duet duet = synthetic::duet(std::vector<DuetCase>(cases));
  for (DuetCase& measured : duet.cases) {
    measured.facts.id = "op/x/n=1";
    for (std::size_t k = 0; k < policy.max_launches; ++k) measured.launches.push_back(launches.draw(world));
  }
  Rates rates;
  for (const CaseVerdict& verdict : judge_duet(duet, policy)) {
    rates.regressed += verdict.verdict == Verdict::Regressed ? 1 : 0;
    rates.held += verdict.verdict == Verdict::Held ? 1 : 0;
    rates.inconclusive += verdict.verdict == Verdict::Inconclusive ? 1 : 0;
  }
  for (double* rate : {&rates.regressed, &rates.held, &rates.inconclusive}) *rate /= static_cast<double>(cases);
  std::printf(
      "slower by %.1f tolerances, within %.1f, variance ratio %.0f, %s: regressed %.5f held %.4f inconclusive %.4f\n",
      world.slowdown, world.within, world.ratio, world.heavy ? "student 5" : "normal   ", rates.regressed, rates.held,
      rates.inconclusive);
  return rates;
}

Policy shared_by(std::size_t family) {
  Policy policy;
  policy.family = family;
  return policy;
}

// Four standard errors of a measured probability: exceeded by chance once in 30,000.
double slack(double probability, std::size_t cases) {
  return 4 * std::sqrt(probability * (1 - probability) / static_cast<double>(cases));
}

std::vector<World> worlds(double slowdown) {
  std::vector<World> all;
  for (const double within : {0.3, 1.0}) {
    for (const double ratio : {1.0, 2.0, 4.0}) {
      for (const bool heavy : {false, true}) all.push_back({slowdown, within, ratio, heavy});
    }
  }
  return all;
}

}  // namespace

TEST_CASE("rates: unchanged code fails a check no more often than alpha, also when launches vary four times the told") {
  // alpha of 0.05 for the check of 20 cases, because one of 0.001 would need millions of cases to be seen at all.
  Policy policy = shared_by(kFamily);
  policy.alpha = 0.05;
  constexpr std::size_t kCases = 4000;
  const double promised = policy.alpha / kFamily;
  for (const World& world : worlds(0)) {
    CHECK(measure(world, policy, kCases, 101).regressed <= promised + slack(promised, kCases));
  }
}

TEST_CASE("rates: at the default alpha, of 4,800 checks of 20 unchanged cases at most 14 fail") {
  // 4.8 are promised; more than 14 of them happen by chance with probability 1e-4.
  double failures = 0;
  for (const World& world : worlds(0)) failures += 8000 * measure(world, shared_by(kFamily), 8000, 102).regressed;
  CHECK(failures <= 14);
}

TEST_CASE("rates: a slowdown of the tolerance is held no more often than beta") {
  constexpr std::size_t kCases = 3000;
  const Policy policy = shared_by(kFamily);
  for (const World& world : worlds(1)) {
    const Rates rates = measure(world, policy, kCases, 103);
    // A variance ratio of 4 in very noisy cases is beyond what the prior foresees (1.5): up to 7 % were seen there.
    const double promised = world.ratio > 2 ? 0.07 : policy.beta;
    CHECK(rates.held <= promised + slack(promised, kCases));
  }
}

TEST_CASE("rates: a slowdown of the tolerance is found where launches differ by a third of it") {
  const Policy policy = shared_by(kFamily);
  CHECK(measure({1, 0.3, 1, false}, policy, 3000, 104).regressed >= 0.995);
  CHECK(measure({1, 0.3, 2, false}, policy, 3000, 104).regressed >= 0.98);
  CHECK(measure({1, 0.3, 4, false}, policy, 3000, 104).regressed >= 0.94);
  CHECK(measure({1, 0.3, 2, true}, policy, 3000, 104).regressed >= 0.98);
}

TEST_CASE("rates: a slowdown of twice the tolerance is found even where launches differ by the whole of it") {
  const Policy policy = shared_by(kFamily);
  CHECK(measure({2, 1, 1, false}, policy, 3000, 105).regressed >= 0.995);
  CHECK(measure({2, 1, 2, false}, policy, 3000, 105).regressed >= 0.98);
  CHECK(measure({2, 0.3, 4, true}, policy, 3000, 105).regressed >= 0.995);
}

TEST_CASE("rates: unchanged code ends held, seldom inconclusive") {
  const Policy policy = shared_by(kFamily);
  CHECK(measure({0, 0.3, 2, false}, policy, 3000, 106).held >= 0.999);
  CHECK(measure({0, 1, 1, false}, policy, 3000, 106).held >= 0.99);
}
