// Error rates in made-up worlds, one row of a Markdown table each: what the gate promises, and what it costs.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "tests/ratchet/effect_check.h"
#include "tests/ratchet/rate.h"
#include "tests/ratchet/worlds.h"

using namespace ratchet;

namespace {

constexpr std::size_t kCases = 20;

Policy policy_of(double alpha) {
  Policy policy;
  policy.alpha = alpha;
  policy.family = kCases;
  return policy;
}

// Of checks of unchanged code; two policies judge the same launches.
struct Unchanged {
  Rate failed;       // checks at alpha 0.001
  Rate failed_at_5;  // checks at alpha 0.05
  Rate held;
  double mean_launches = 0;
  std::size_t median_launches = 0;
};

Unchanged measure_unchanged(const worlds::World& world, double tolerance, std::size_t checks, std::uint64_t seed) {
  const Policy strict = policy_of(0.001);
  const Policy lax = policy_of(0.05);
  const std::vector<Overdispersion> believed(kCases, without_history(strict));
  const auto regressed = [](const Decision& one) { return one.verdict == Verdict::Regressed; };
  Unchanged result;
  std::vector<std::size_t> launches;
  for (std::size_t check = 0; check < checks; ++check) {
    worlds::Session session(world, kCases, seed + check);
    EffectRecord record(kCases, [&](std::size_t i, std::size_t) { return session.effect(i, 0); });
    const auto verdicts = EffectCheck(record, believed, tolerance, strict).judge();
    result.failed.count(std::any_of(verdicts.begin(), verdicts.end(), regressed));
    for (const Decision& one : verdicts) {
      result.held.count(one.verdict == Verdict::Held);
      launches.push_back(one.launches);
      result.mean_launches += static_cast<double>(one.launches);
    }
    const auto at_5 = EffectCheck(record, believed, tolerance, lax).judge();
    result.failed_at_5.count(std::any_of(at_5.begin(), at_5.end(), regressed));
  }
  result.mean_launches /= static_cast<double>(launches.size());
  std::nth_element(launches.begin(), launches.begin() + static_cast<std::ptrdiff_t>(launches.size() / 2),
                   launches.end());
  result.median_launches = launches[launches.size() / 2];
  return result;
}

// Of cases slower by `tolerances` times the tolerance: five of the twenty of each check, to learn more from a check.
struct Slower {
  Rate found;
  Rate held;
  double mean_launches = 0;
};

Slower measure_slower(const worlds::World& world, double tolerance, double tolerances, std::size_t checks,
                      std::uint64_t seed) {
  constexpr std::size_t kSlow = 5;
  const Policy policy = policy_of(0.001);
  const std::vector<Overdispersion> believed(kCases, without_history(policy));
  Slower result;
  for (std::size_t check = 0; check < checks; ++check) {
    worlds::Session session(world, kCases, seed + check);
    const double shift = std::log1p(tolerances * tolerance);
    EffectRecord record(kCases, [&](std::size_t i, std::size_t) { return session.effect(i, i < kSlow ? shift : 0); });
    const auto verdicts = EffectCheck(record, believed, tolerance, policy).judge();
    for (std::size_t i = 0; i < kSlow; ++i) {
      result.found.count(verdicts[i].verdict == Verdict::Regressed);
      result.held.count(verdicts[i].verdict == Verdict::Held);
      result.mean_launches += static_cast<double>(verdicts[i].launches);
    }
  }
  result.mean_launches /= static_cast<double>(result.found.trials);
  return result;
}

}  // namespace

TEST_CASE("rates: in every world unchanged code fails a check no more often than alpha") {
  std::printf(
      "| world | tolerance %% | checks | failed, alpha 0.001 | at most (95 %%) | failed, alpha 0.05 | at most | cases "
      "held %% | launches: median, mean |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  Rate failed;
  Rate failed_at_5;
  for (const double tolerance : {0.02, 0.01}) {
    for (const worlds::World& world : worlds::kAll) {
      const std::size_t checks = tolerance > 0.015 ? 1000 : 300;
      const Unchanged seen = measure_unchanged(world, tolerance, checks, 1'000'000);
      std::printf("| %s | %.1f | %zu | %zu | %.5f | %zu | %.5f | %.2f | %zu, %.1f |\n", world.name, 100 * tolerance,
                  checks, seen.failed.events, seen.failed.at_most(), seen.failed_at_5.events,
                  seen.failed_at_5.at_most(), 100 * seen.held.value(), seen.median_launches, seen.mean_launches);
      std::fflush(stdout);
      CHECK(seen.failed.is_compatible_with_at_most(0.001));
      CHECK(seen.failed_at_5.at_most() <= 0.05);
      failed = failed + seen.failed;
      failed_at_5 = failed_at_5 + seen.failed_at_5;
    }
  }
  std::printf("all: %zu of %zu checks failed at alpha 0.001, at most %.5f; %zu at alpha 0.05, at most %.5f\n",
              failed.events, failed.trials, failed.at_most(), failed_at_5.events, failed_at_5.at_most());
  CHECK(failed.at_most() <= 0.001);
}

TEST_CASE("rates: nine in ten of twice the tolerance are found, and the tolerance is seldom called held") {
  std::printf(
      "| world | tolerance %% | slower by the tolerance: found %% | held %% | launches | by twice: found %% | held %% "
      "| "
      "launches |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  constexpr std::size_t kChecks = 80;
  for (const double tolerance : {0.02, 0.01}) {
    for (const worlds::World& world : worlds::kAll) {
      const Slower once = measure_slower(world, tolerance, 1, kChecks, 2'000'000);
      const Slower twice = measure_slower(world, tolerance, 2, kChecks, 3'000'000);
      std::printf("| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.2f | %.1f |\n", world.name, 100 * tolerance,
                  100 * once.found.value(), 100 * once.held.value(), once.mean_launches, 100 * twice.found.value(),
                  100 * twice.held.value(), twice.mean_launches);
      std::fflush(stdout);
      CHECK(once.held.is_compatible_with_at_most(0.05));
      const bool hard = tolerance < 0.015 && (world.residual > 0.002 || world.modes == worlds::Modes::OfSide);
      CHECK(twice.found.value() >= (hard ? 0.75 : 0.9));  // what 40 launches cannot do there is left inconclusive
    }
  }
}
