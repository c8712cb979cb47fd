// Most error rates are measured on launch effects instead of whole duets. Here is the proof that this is no other test.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ratchet/duet.h"
#include "tests/ratchet/close.h"
#include "tests/ratchet/effect_check.h"
#include "tests/ratchet/synthetic.h"
#include "tests/ratchet/worlds.h"

using namespace ratchet;

namespace {

constexpr std::size_t kCases = 20;

struct Ending {
  Verdict verdict = Verdict::Inconclusive;
  std::size_t launches = 0;
};

double shift_of(std::size_t which, double slowdown) { return which % 4 == 0 ? std::log1p(slowdown) : 0; }

// Whole duets, launched only while a case is undecided and judged after each launch, as the executor does it.
std::vector<Ending> live(const worlds::World& world, double slowdown, const Policy& policy, const Overdispersions& past,
                         std::uint64_t seed) {
  worlds::Session session(world, kCases, seed);
  Duet duet = synthetic::duet(std::vector<DuetCase>(kCases));
  for (std::size_t i = 0; i < kCases; ++i) duet.cases[i].facts.id = "op/x/n=" + std::to_string(i);
  std::vector<CaseVerdict> verdicts(kCases);
  for (std::size_t number = 0; number < policy.max_launches; ++number) {
    bool any = false;
    for (std::size_t i = 0; i < kCases; ++i) {
      if (verdicts[i].decided) continue;
      duet.cases[i].launches.push_back(session.launch(i, number, shift_of(i, slowdown)));
      any = true;
    }
    if (!any) break;
    verdicts = judge_duet(duet, policy, past);
  }
  std::vector<Ending> endings;
  for (std::size_t i = 0; i < kCases; ++i) endings.push_back({verdicts[i].verdict, duet.cases[i].launches.size()});
  return endings;
}

std::vector<Ending> shortcut(const worlds::World& world, double slowdown, const Policy& policy,
                             const Overdispersion& believed, std::uint64_t seed) {
  worlds::Session session(world, kCases, seed);
  EffectRecord record(kCases, [&](std::size_t i, std::size_t) { return session.effect(i, shift_of(i, slowdown)); });
  const std::vector<Overdispersion> all(kCases, believed);
  std::vector<Ending> endings;
  for (const Decision& one : EffectCheck(record, all, policy.cuda_tolerance, policy).judge())
    endings.push_back({one.verdict, one.launches});
  return endings;
}

}  // namespace

TEST_CASE("worlds: what both sides of a round share cancels, and the effect that is left is the shortcut's") {
  for (const worlds::World& world : worlds::kAll) {
    worlds::Session whole(world, kCases, 1);
    worlds::Session left(world, kCases, 1);
    for (std::size_t number = 0; number < 3; ++number) {
      for (std::size_t i = 0; i < kCases; ++i) {
        const LaunchReading read = read_launch(whole.launch(i, number, 0.01), worlds::kRounds);
        const LaunchEffect effect = left.effect(i, 0.01);
        REQUIRE(read.effect);
        CHECK(std::abs(read.effect->log_ratio - effect.log_ratio) < 1e-12);
        CHECK(close(read.effect->variance, effect.variance, 1e-9));
      }
    }
  }
}

TEST_CASE("worlds: what both sides share is there, and one side alone shows it") {
  // Medians of processes of one commit, each in a session of its own: 1 % session, 0.75 % process, 0.75 % iterations.
  std::vector<double> medians;
  for (std::uint64_t seed = 1; seed <= 400; ++seed)
    medians.push_back(median(worlds::Session(worlds::kCore, 1, seed).alone_ns(0, 100, 0)));
  const double spread = variation(medians);
  MESSAGE("standard deviation of a process's median over sessions: ", 100 * spread, " %");
  CHECK(spread > 0.014);
  CHECK(spread < 0.022);
}

TEST_CASE("worlds: the shortcut reaches the verdicts of whole duets, after the same number of launches") {
  std::size_t compared = 0;
  std::size_t launches = 0;
  for (const worlds::World& world : worlds::kAll) {
    for (const double tolerance : {0.02, 0.01, 0.005}) {
      // Noisy cases at a small tolerance take all 40 launches, each read again after each.
      for (std::uint64_t seed = 1; seed <= (tolerance < 0.01 ? 1U : 3U); ++seed) {
        Policy policy;
        policy.cuda_tolerance = tolerance;
        policy.family = kCases;
        const Overdispersion believed = seed == 1 ? Overdispersion{0.6, 12, 100} : without_history(policy);
        Overdispersions past;
        for (std::size_t i = 0; i < kCases; ++i) past["op/x/n=" + std::to_string(i)] = believed;
        const double slowdown = (seed == 1 ? 0 : seed == 2 ? 1 : 0.6) * tolerance;
        const auto whole = live(world, slowdown, policy, past, seed);
        const auto quick = shortcut(world, slowdown, policy, believed, seed);
        for (std::size_t i = 0; i < kCases; ++i) {
          INFO(world.name, ", tolerance ", tolerance, ", seed ", seed, ", case ", i);
          CHECK(whole[i].verdict == quick[i].verdict);
          CHECK(whole[i].launches == quick[i].launches);
          launches += whole[i].launches;
          ++compared;
        }
      }
    }
  }
  MESSAGE(compared, " cases of ", launches, " launches");
  CHECK(launches > 3 * compared);  // looks beyond the first one were compared, too
}
