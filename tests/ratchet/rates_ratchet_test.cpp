// What a ratchet does to a baseline over many commits of unchanged code: that of `record`, beside the founding rule and
// beside the best number ever seen. And what a slow creep does.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

#include "ratchet/bootstrap.h"
#include "tests/ratchet/effect_check.h"
#include "tests/ratchet/rate.h"
#include "tests/ratchet/worlds.h"

using namespace ratchet;

namespace {

constexpr std::size_t kCases = 20;
constexpr std::size_t kCommits = 300;
const double kTrueLog = std::log(20000);  // of the unchanged code's time in ns

struct Drift {
  std::vector<double> displayed;  // log of the displayed number to the truth, one a displayed number
  Rate failed;                    // unchanged code, per commit and case
  Rate failed_late;               // the same of the last hundred commits
  std::size_t moved = 0;

  [[nodiscard]] double bias() const { return mean(displayed); }
  [[nodiscard]] double error() const {
    return standard_deviation(displayed) / std::sqrt(static_cast<double>(displayed.size()));
  }
  void count(std::size_t commit, bool regressed) {
    failed.count(regressed);
    if (commit > kCommits - 100) failed_late.count(regressed);
  }
};

// Seeds of sessions: another one for each commit of each history, and for the runs that are displayed.
std::uint64_t seed_of(std::size_t history, std::size_t commit) { return 1'000'000 * (history + 1) + commit; }

// The number that `record` shows: of a run of five launches, measured on its own, whatever the duet then says.
double run_log(worlds::Session& session, std::size_t which, double level) {
  std::vector<double> medians;
  for (int launch = 0; launch < 5; ++launch) medians.push_back(median(session.alone_ns(which, worlds::kRounds, level)));
  return std::log(median(medians));
}

struct Standing {
  double level = 0;      // true log time of the code that is the baseline, to the first commit's
  double displayed = 0;  // log of the number that is shown for it
};

// The rule of `record`. Each `faster_every` commits (0: never) the code really becomes 3 % faster.
void record_history(const worlds::World& world, std::size_t history, std::size_t faster_every, Drift& drift) {
  Policy policy;
  policy.family = kCases;
  const std::vector<Overdispersion> believed(kCases, without_history(policy));
  std::vector<Standing> baseline(kCases);
  double level = 0;
  for (std::size_t commit = 0; commit <= kCommits; ++commit) {
    const bool faster = faster_every > 0 && commit > 0 && commit % faster_every == 0;
    if (faster) level += std::log(0.97);
    worlds::Session session(world, kCases, seed_of(history, commit));
    EffectRecord record(kCases,
                        [&](std::size_t i, std::size_t) { return session.effect(i, level - baseline[i].level); });
    std::vector<Decision> verdicts(kCases);
    if (commit > 0) verdicts = EffectCheck(record, believed, policy.cpu_tolerance, policy).judge();
    for (std::size_t i = 0; i < kCases; ++i) {
      if (commit > 0 && !faster) drift.count(commit, verdicts[i].verdict == Verdict::Regressed);
      const bool moves = commit == 0 || verdicts[i].verdict == Verdict::Improved;
      if (!moves) continue;
      drift.moved += commit > 0 ? 1 : 0;
      baseline[i] = {level, run_log(session, i, level)};
      drift.displayed.push_back(baseline[i].displayed - kTrueLog - level);
    }
  }
}

enum class Rule { Founding, KeepMinimum };

// A stored number of one process of 100 iterations with its bootstrap interval; a commit fails when the intervals do
// not overlap. The founding rule moves when they do not overlap the other way, the other one whenever the number is
// smaller.
void stored_history(const worlds::World& world, Rule rule, std::size_t history, Drift& drift) {
  static const MedianBootstrap bootstrap(100);
  struct Number {
    double median_ns = std::numeric_limits<double>::infinity();
    Interval ci_ns = {median_ns, median_ns};
  };
  std::vector<Number> baseline(kCases);
  for (std::size_t commit = 0; commit <= kCommits; ++commit) {
    worlds::Session session(world, kCases, seed_of(history, commit));
    for (std::size_t i = 0; i < kCases; ++i) {
      const auto times = session.alone_ns(i, 100, 0);
      const Number now{median(times), bootstrap.interval(times, 0.95)};
      if (commit > 0) drift.count(commit, now.ci_ns.low > baseline[i].ci_ns.high);
      const bool moves =
          rule == Rule::Founding ? now.ci_ns.high < baseline[i].ci_ns.low : now.median_ns < baseline[i].median_ns;
      if (moves) drift.moved += commit > 0 ? 1 : 0;
      if (moves) baseline[i] = now;
    }
  }
  for (const Number& one : baseline) drift.displayed.push_back(std::log(one.median_ns) - kTrueLog);
}

void print(const char* rule, const worlds::World& world, const Drift& drift) {
  std::printf("| %s | %s | %zu | %+.3f (%.3f) | %zu of %zu, at most %.6f | %.1f %% | %zu |\n", rule, world.name,
              drift.displayed.size(), 100 * drift.bias(), 100 * drift.error(), drift.failed.events, drift.failed.trials,
              drift.failed.at_most(), 100 * drift.failed_late.value(), drift.moved);
  std::fflush(stdout);
}

// Commits until a creep of 0.25 % each is called regressed, for cases that are all alike; 0 for those never called.
std::vector<std::size_t> caught(double tolerance, bool against_baseline, std::size_t commits, std::uint64_t seed) {
  Policy policy;
  policy.family = kCases;
  const std::vector<Overdispersion> believed(kCases, without_history(policy));
  std::vector<std::size_t> found(kCases);
  for (std::size_t commit = 1; commit <= commits; ++commit) {
    worlds::Session session(worlds::kQuiet, kCases, seed + commit);
    const double shift = std::log1p(0.0025) * static_cast<double>(against_baseline ? commit : 1);
    EffectRecord record(kCases, [&](std::size_t i, std::size_t) { return session.effect(i, shift); });
    const auto verdicts = EffectCheck(record, believed, tolerance, policy).judge();
    for (std::size_t i = 0; i < kCases; ++i) {
      if (found[i] == 0 && verdicts[i].verdict == Verdict::Regressed) found[i] = commit;
    }
    if (std::find(found.begin(), found.end(), std::size_t{0}) == found.end()) break;
  }
  return found;
}

}  // namespace

TEST_CASE("rates: 300 unchanged commits leave the baseline where it is; rules that keep a number drift away and fail") {
  std::printf(
      "| rule | world | displayed numbers | bias %% (standard error) | false failures per commit and case | in the "
      "last "
      "100 commits | moves |\n| --- | --- | --- | --- | --- | --- | --- |\n");
  worlds::World quiet = worlds::kQuiet;
  quiet.common_session = 0;  // as in kStored: independent numbers, whose truth is known
  quiet.outliers = 0;
  quiet.bad_processes = 0;
  for (const worlds::World& world : {worlds::kStored, quiet}) {
    Drift ours;
    for (std::size_t history = 0; history < 16; ++history) record_history(world, history, 0, ours);
    print("record", world, ours);
    CHECK(std::abs(ours.bias()) <= 0.001);
    CHECK(ours.failed.at_most() <= 0.001 / kCases);
    Drift founding;
    Drift minimum;
    for (std::size_t history = 0; history < 5; ++history) {
      stored_history(world, Rule::Founding, history, founding);
      stored_history(world, Rule::KeepMinimum, history, minimum);
    }
    print("founding: move when intervals part", world, founding);
    print("keep the minimum", world, minimum);
    for (const Drift& theirs : {founding, minimum}) {
      CHECK(theirs.bias() < -0.01);
      CHECK(theirs.failed_late.value() > 0.2);
    }
  }
}

TEST_CASE("rates: the number shown for a baseline that moved is not the lucky one that won") {
  Drift ours;
  for (std::size_t history = 0; history < 6; ++history) record_history(worlds::kStored, history, 25, ours);
  print("record, 3 % faster every 25 commits", worlds::kStored, ours);
  CHECK(std::abs(ours.bias()) <= 0.001);
  CHECK(ours.moved == 6 * kCases * (kCommits / 25));
  CHECK(ours.failed.is_compatible_with_at_most(0.001 / kCases));
}

TEST_CASE("rates: a creep of 0.25 % a commit is caught against the baseline, and hardly ever against the last commit") {
  for (const double tolerance : {0.005, 0.01}) {
    std::vector<std::size_t> anchored;
    std::vector<std::size_t> chained;
    for (std::uint64_t history = 1; history <= 10; ++history) {
      for (const std::size_t commit : caught(tolerance, true, 60, 10'000 * history)) anchored.push_back(commit);
      for (const std::size_t commit : caught(tolerance, false, 60, 10'000 * history)) chained.push_back(commit);
    }
    std::sort(anchored.begin(), anchored.end());
    const auto seen = chained.size() - static_cast<std::size_t>(std::count(chained.begin(), chained.end(), 0U));
    std::printf(
        "creep of 0.25 %% a commit, tolerance %.1f %%: against the baseline caught after %zu commits (median), %zu "
        "(latest); against the last commit in %zu of %zu cases within 60\n",
        100 * tolerance, anchored[anchored.size() / 2], anchored.back(), seen, chained.size());
    CHECK(anchored.front() > 0);  // none escaped
    CHECK(anchored.back() <= 6);
    // Half the tolerance lies between what is nobody's fault and what is a regression; a quarter is nobody's fault.
    if (tolerance > 0.009) CHECK(seen == 0);
    CHECK(seen <= chained.size() / 8);
  }
}
