// Error rates of pairs of processes: what a gate promises that knows nothing of how much processes differ.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include "ratchet/looks.h"
#include "tests/ratchet/dice.h"
#include "tests/ratchet/rate.h"
#include "tests/ratchet/worlds.h"

using namespace ratchet;

namespace {

constexpr std::size_t kCases = 5;
constexpr double kTolerance = 0.02;

// The effect of one pair: candidate's process beside baseline's, both of the same code.
struct Machine {
  const char* name;
  std::function<double(Dice&)> effect;
};

double student3(Dice& dice) { return dice.normal() / std::sqrt(3 * dice.chi_squared(3)); }  // of variance 1

std::function<double(Dice&)> normal(double deviation) {
  return [=](Dice& dice) { return deviation * dice.normal(); };
}

// Each process falls into a slow mode by itself: what a lucky series of pairs looks most alike in.
std::function<double(Dice&)> modes(double share, double slower, double noise) {
  return [=](Dice& dice) {
    const auto process = [&] { return (dice.chance(share) ? slower : 0) + noise * dice.normal(); };
    const double baseline = process();
    return process() - baseline;
  };
}

const std::vector<Machine> kMachines{
    {"0.3 %", normal(0.003)},
    {"1 %", normal(0.01)},
    {"2 %", normal(0.02)},
    {"5 %", normal(0.05)},
    {"1 %, Student 3", [](Dice& dice) { return 0.01 * student3(dice); }},
    {"a quarter 3 % slower", modes(0.25, 0.03, 0.001)},
    {"half 3 % slower", modes(0.5, 0.03, 0.0005)},
    {"half 10 % slower", modes(0.5, 0.1, 0.0002)},
};

struct Told {
  Rate failed;  // checks
  Rate regressed;
  Rate held;
  double launches = 0;
};

// `effect` of the case at this index, in the launch at that one.
Told judge(std::size_t checks, double shift, const std::function<double(std::size_t)>& effect) {
  Policy policy;
  policy.family = kCases;
  Told told;
  for (std::size_t check = 0; check < checks; ++check) {
    std::vector<Series> cases(kCases, Series{{}, std::log1p(kTolerance), kNothingBelieved});
    Looks looks(cases, policy, kCases);
    while (looks.any_open()) {
      for (std::size_t i = 0; i < kCases; ++i)
        if (looks.is_open(i)) looks.add(i, {effect(i) + shift, 0});
      looks.look();
    }
    bool failed = false;
    for (const Decision& one : looks.decisions()) {
      failed = failed || one.verdict == Verdict::Regressed;
      told.regressed.count(one.verdict == Verdict::Regressed);
      told.held.count(one.verdict == Verdict::Held);
      told.launches += static_cast<double>(one.launches) / static_cast<double>(checks * kCases);
    }
    told.failed.count(failed);
  }
  return told;
}

}  // namespace

TEST_CASE("rates of processes: checks of unchanged code fail at most as often as promised, however processes differ") {
  const Policy policy;
  for (const Machine& machine : kMachines) {
    Dice dice(11);
    const auto effect = [&](std::size_t) { return machine.effect(dice); };
    const Told unchanged = judge(20000, 0, effect);
    const Told slower = judge(1000, std::log1p(kTolerance), effect);
    const Told twice = judge(1000, std::log1p(2 * kTolerance), effect);
    std::printf("| %s | %zu of %zu (%.3f %%) | %.1f %%, %.1f | %.1f %%, %.1f %%, %.1f | %.1f %%, %.1f |\n", machine.name,
                unchanged.failed.events, unchanged.failed.trials, 100 * unchanged.failed.at_most(),
                100 * unchanged.held.value(), unchanged.launches, 100 * slower.regressed.value(),
                100 * slower.held.value(), slower.launches, 100 * twice.regressed.value(), twice.launches);
    CHECK(unchanged.failed.is_compatible_with_at_most(policy.alpha));
    CHECK(slower.held.is_compatible_with_at_most(policy.beta));
  }
}

TEST_CASE("rates of processes: code slower by a quarter of the tolerance fails no more often") {
  Dice dice(12);
  const Told told = judge(20000, kUnseen * std::log1p(kTolerance), [&](std::size_t) { return 0.003 * dice.normal(); });
  std::printf("a quarter: %zu of %zu\n", told.failed.events, told.failed.trials);
  CHECK(told.failed.is_compatible_with_at_most(Policy{}.alpha));
}

TEST_CASE("rates of processes: sides that were measured in different processes are not taken for rounds") {
  // Whole worlds: each side of a pair is a process of its own, with 101 iterations.
  for (const worlds::World& world : worlds::kAll) {
    Rate failed;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      worlds::Session session(world, kCases, seed);
      const Told told = judge(1, 0, [&](std::size_t i) {
        const double baseline_ns = median(session.alone_ns(i, worlds::kRounds, 0));
        return std::log(median(session.alone_ns(i, worlds::kRounds, 0)) / baseline_ns);
      });
      failed = failed + told.failed;
    }
    std::printf("%s: %zu of %zu\n", world.name, failed.events, failed.trials);
    CHECK(failed.is_compatible_with_at_most(Policy{}.alpha));
  }
}
