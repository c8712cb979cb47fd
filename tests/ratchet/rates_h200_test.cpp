// Error rates on the launches of a real H200: checks of 20 cases drawn from recorded series, the launches of a series
// in another order (15) or drawn again and again (40). Nothing here was made up, and no threshold was tuned to it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "ratchet/duet.h"
#include "src/documents/documents.h"
#include "tests/ratchet/dice.h"
#include "tests/ratchet/effect_check.h"
#include "tests/ratchet/rate.h"

using namespace ratchet;

namespace {

constexpr std::size_t kCases = 20;
constexpr std::size_t kRecorded = 15;
constexpr double kTolerance = 0.005;

// The launches of one case, read once: reading costs more than judging.
struct Recording {
  std::string name;
  std::vector<LaunchEffect> launches;
};
using Pool = std::vector<Recording>;

std::string text_of(const char* file) { return documents::read_file(std::string(RATCHET_TEST_DATA "/h200/") + file); }

Recording read_series(const std::string& name, const std::vector<DuetLaunch>& launches) {
  Recording series{name, {}};
  for (const DuetLaunch& launch : launches) {
    const LaunchReading reading = read_launch(launch, Policy{}.min_rounds);
    REQUIRE_MESSAGE(reading.effect, name << ": " << reading.trouble);
    series.launches.push_back(*reading.effect);
  }
  REQUIRE(series.launches.size() == kRecorded);
  return series;
}

// Variant `candidate` (1: base again, 2: +0.5 %, 3: +1 %) against the base of the same rounds.
Pool rounds(int candidate) {
  using Launches = std::vector<std::vector<double>>;
  static const auto document = nlohmann::json::parse(text_of("rounds.json.gz"));
  std::map<std::tuple<std::string, std::string, int>, Launches> all;
  for (const auto& one : document.at("series")) {
    all[{one.at("kernel").get<std::string>(), one.at("mode").get<std::string>(), one.at("variant").get<int>()}] =
        one.at("launches").get<Launches>();
  }
  Pool pool;
  for (const auto& [key, times] : all) {
    const auto& [kernel, mode, variant] = key;
    if (variant != candidate) continue;
    const Launches& base = all.at({kernel, mode, 0});
    std::vector<DuetLaunch> launches;
    for (std::size_t k = 0; k < times.size(); ++k) launches.push_back({base[k], times[k]});
    pool.push_back(read_series(kernel + " " + mode, launches));
  }
  return pool;
}

Pool duets(const char* buffers) {
  Pool pool;
  for (const DuetCase& one : documents::read_duet(text_of("duet_aa.json.gz"), "duet_aa").cases) {
    if (one.facts.id.find(buffers) != std::string::npos) pool.push_back(read_series(one.facts.id, one.launches));
  }
  return pool;
}

Pool together(Pool a, const Pool& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

enum class Order { Permuted, Resampled };

struct Seen {
  Rate failed;  // checks
  Rate regressed;
  Rate held;
  std::vector<std::size_t> launches;
  std::map<std::string, Rate> by_series;  // regressed

  [[nodiscard]] std::size_t median_launches() const {
    auto sorted = launches;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

Seen measure(const Pool& pool, Order order, std::size_t checks, std::uint64_t seed) {
  Policy policy;
  policy.family = kCases;
  if (order == Order::Permuted) policy.max_launches = kRecorded;
  const std::vector<Overdispersion> believed(kCases, without_history(policy));
  Dice dice(seed);
  Seen seen;
  for (std::size_t check = 0; check < checks; ++check) {
    std::vector<std::size_t> picked(kCases);
    std::vector<std::vector<std::size_t>> left(kCases, std::vector<std::size_t>(kRecorded));
    for (std::size_t& which : picked) which = dice.below(pool.size());
    for (auto& launches : left) std::iota(launches.begin(), launches.end(), std::size_t{0});
    EffectRecord record(kCases, [&](std::size_t i, std::size_t) {
      const std::size_t at = dice.below(left[i].size());
      const LaunchEffect effect = pool[picked[i]].launches[left[i][at]];
      if (order == Order::Permuted) left[i].erase(left[i].begin() + static_cast<std::ptrdiff_t>(at));
      return effect;
    });
    bool failed = false;
    const auto verdicts = EffectCheck(record, believed, kTolerance, policy).judge();
    for (std::size_t i = 0; i < kCases; ++i) {
      const bool regressed = verdicts[i].verdict == Verdict::Regressed;
      failed = failed || regressed;
      seen.regressed.count(regressed);
      seen.held.count(verdicts[i].verdict == Verdict::Held);
      seen.launches.push_back(verdicts[i].launches);
      seen.by_series[pool[picked[i]].name].count(regressed);
    }
    seen.failed.count(failed);
  }
  return seen;
}

void print(const char* what, Order order, const Seen& seen) {
  const double launches = std::accumulate(seen.launches.begin(), seen.launches.end(), 0.0);
  std::printf("| %s | %s | %zu | %zu | %.5f | %.2f | %.2f | %zu, %.1f |\n", what,
              order == Order::Permuted ? "permuted" : "resampled", seen.failed.trials, seen.failed.events,
              seen.failed.at_most(), 100 * seen.regressed.value(), 100 * seen.held.value(), seen.median_launches(),
              launches / static_cast<double>(seen.launches.size()));
  std::fflush(stdout);
}

void print_head() {
  std::printf(
      "| H200 | launches | checks | failed | at most (95 %%) | cases regressed %% | held %% | launches: median, mean "
      "|\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
}

}  // namespace

TEST_CASE("worlds: the shortcut reaches the verdicts of whole duets on a real H200, too") {
  for (const char* file : {"duet_aa.json.gz", "duet_1pct.json.gz"}) {
    const Duet duet = documents::read_duet(text_of(file), file);
    Policy policy;
    policy.family = duet.cases.size();
    policy.max_launches = duet.cases.front().launches.size();
    std::size_t next = 0;
    EffectRecord record(duet.cases.size(), [&](std::size_t i, std::size_t launch) {
      return *read_launch(duet.cases[i].launches[launch], policy.min_rounds).effect;
    });
    const std::vector<Overdispersion> believed(record.size(), without_history(policy));
    const auto quick = EffectCheck(record, believed, kTolerance, policy).judge();
    for (const CaseVerdict& whole : judge_duet(duet, policy)) {
      INFO(file, " ", whole.id);
      CHECK(whole.verdict == quick[next++].verdict);
    }
  }
}

TEST_CASE("rates: checks of identical code on a real H200 fail no more often than alpha, decided in three launches") {
  constexpr std::size_t kChecks = 4000;
  const Pool shared = together(rounds(1), duets("shared"));
  const Pool all = together(shared, duets("own"));
  REQUIRE(shared.size() == 20);
  REQUIRE(all.size() == 28);
  print_head();
  for (const Order order : {Order::Permuted, Order::Resampled}) {
    const Seen seen = measure(shared, order, kChecks, 1);
    print("identical, buffers shared", order, seen);
    CHECK(seen.failed.at_most() <= 0.001);
    CHECK(seen.median_launches() <= 3);
  }
  const Seen seen = measure(all, Order::Permuted, kChecks, 2);
  print("identical, some buffers own", Order::Permuted, seen);
  CHECK(seen.failed.at_most() <= 0.001);
  CHECK(seen.median_launches() <= 3);
}

TEST_CASE(
    "rates: identical code on buffers of its own can fail, and only there: a side is truly slower by its addresses") {
  // Not a promise that is kept but a limit that is known: addresses alone favour a side by up to 0.4 %, and the rule
  // finds that. It is why the measuring host shares buffers.
  const Seen seen = measure(together(together(rounds(1), duets("shared")), duets("own")), Order::Resampled, 4000, 3);
  print_head();
  print("identical, some buffers own", Order::Resampled, seen);
  for (const auto& [name, regressed] : seen.by_series) {
    if (regressed.events == 0) continue;
    std::printf("  %s: regressed in %zu of %zu\n", name.c_str(), regressed.events, regressed.trials);
    CHECK(name.find("own") != std::string::npos);
  }
  CHECK(seen.failed.value() < 0.03);
}

TEST_CASE("rates: on a real H200 0.5 % more work is found in 95 % of the cases, 1 % in 99 %") {
  print_head();
  for (const auto& [variant, least] : {std::pair{2, 0.95}, std::pair{3, 0.99}}) {
    for (const Recording& series : rounds(variant)) {
      if (series.name.find("queued") == std::string::npos) continue;
      for (const Order order : {Order::Permuted, Order::Resampled}) {
        const Seen seen = measure({series}, order, 100, 4);
        print((series.name + (variant == 2 ? " +0.5 %" : " +1 %")).c_str(), order, seen);
        CHECK(seen.regressed.value() >= least);
      }
    }
  }
}
