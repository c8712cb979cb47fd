// Error rates of the stored test: on launches of an H200 that nobody made up, over random splits, and in made-up
// sessions that differ. Labelled `rates`.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ratchet/gate.h"
#include "ratchet/session_spread.h"
#include "ratchet/stored.h"
#include "src/documents/documents.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;

namespace {

constexpr std::size_t kCases = 20;  // of a check

using Launches = std::vector<std::vector<double>>;

// Launches by kernel and planted slowdown in percent.
std::map<std::pair<std::string, int>, Launches> recorded() {
  const std::string file = RATCHET_TEST_DATA "/h200/launches_sync_warm.json.gz";
  const auto document = nlohmann::json::parse(documents::read_file(file));
  std::map<std::pair<std::string, int>, Launches> series;
  for (const auto& one : document.at("series")) {
    const double percent = 100 * one.at("extra_work").get<double>();
    series[{one.at("kernel"), static_cast<int>(std::lround(percent))}] = one.at("launches").get<Launches>();
  }
  return series;
}

Measurement measured(std::size_t number, Launches launches) {
  Measurement made;
  made.facts.id = "op/x/n=" + std::to_string(number);
  made.check = Check{true, 0, 0};
  made.launches = std::move(launches);
  return made;
}

// A side's launches drawn without replacement, the rest left in place behind them.
Launches draw(Launches& from, std::size_t already, std::size_t count, std::mt19937_64& random) {
  Launches drawn;
  for (std::size_t i = already; i < already + count; ++i) {
    std::uniform_int_distribution<std::size_t> any(i, from.size() - 1);
    std::swap(from[i], from[any(random)]);
    drawn.push_back(from[i]);
  }
  return drawn;
}

struct Rates {
  std::size_t checks = 0;
  std::size_t failed_checks = 0;
  std::map<std::string, std::size_t> cases;      // by kernel
  std::map<std::string, std::size_t> regressed;  // of them
  [[nodiscard]] double per_check() const { return static_cast<double>(failed_checks) / static_cast<double>(checks); }
  [[nodiscard]] double of(const std::string& kernel) const {
    return static_cast<double>(regressed.at(kernel)) / static_cast<double>(cases.at(kernel));
  }
};

const std::vector<std::string> kKernels{"chase", "copy", "fma", "gemm"};

// Checks of 20 cases, each a random kernel and a random split of its launches into two sides; with a slowdown the
// candidate's launches are those of the slower series.
Rates measure(int slowdown_percent, std::size_t launches, std::size_t checks, std::uint64_t seed) {
  auto series = recorded();
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::size_t> any(0, kKernels.size() - 1);
  Rates rates;
  for (const std::string& kernel : kKernels) rates.cases[kernel] = rates.regressed[kernel] = 0;
  for (std::size_t check = 0; check < checks; ++check) {
    Run baseline = synthetic::run({});
    Run candidate = synthetic::run({});
    std::vector<std::string> kernels;
    for (std::size_t i = 0; i < kCases; ++i) {
      kernels.push_back(kKernels[any(random)]);
      Launches& same = series.at({kernels[i], 0});
      baseline.measurements.push_back(measured(i, draw(same, 0, launches, random)));
      Launches& other = series.at({kernels[i], slowdown_percent});
      candidate.measurements.push_back(
          measured(i, draw(other, slowdown_percent == 0 ? launches : 0, launches, random)));
    }
    const CheckVerdict verdict = conclude(judge_stored(baseline, candidate, {}), {});
    ++rates.checks;
    rates.failed_checks += verdict.outcome == Outcome::Regressed ? 1 : 0;
    for (std::size_t i = 0; i < kCases; ++i) {
      ++rates.cases[kernels[i]];
      rates.regressed[kernels[i]] += verdict.cases[i].verdict == Verdict::Regressed ? 1 : 0;
    }
  }
  std::printf("h200, %zu against %zu launches, +%d %%: ", launches, launches, slowdown_percent);
  for (const std::string& kernel : kKernels) std::printf("%s %.5f  ", kernel.c_str(), rates.of(kernel));
  std::printf("failed checks %.4f of %zu\n", rates.per_check(), rates.checks);
  return rates;
}

// Made-up cases: launches scatter by 0.2 %, sessions by session_sd.
class Sessions {
 public:
  Sessions(double session_sd, std::uint64_t seed) : session_sd_(session_sd), random_(seed) {}

  std::vector<double> session(double slowdown) {
    const double offset = session_sd_ * normal_(random_) + std::log1p(slowdown);
    std::vector<double> medians;
    for (int launch = 0; launch < 5; ++launch) medians.push_back(20000 * std::exp(offset + 0.002 * normal_(random_)));
    return medians;
  }

  SessionSpread history(std::size_t count) {
    std::vector<Session> sessions;
    for (std::size_t i = 0; i < count; ++i) sessions.push_back({"code", session(0)});
    return session_spread(sessions, Policy().session_sd);
  }

 private:
  double session_sd_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
};

struct World {
  double session_sd = 0;
  std::size_t history = 0;  // sessions
  double slowdown = 0;
};

struct Outcomes {
  double failed_checks = 0;
  double regressed = 0;  // cases
};

Outcomes simulate(const World& world, std::size_t checks, std::uint64_t seed) {
  Sessions sessions(world.session_sd, seed);
  Outcomes outcomes;
  for (std::size_t check = 0; check < checks; ++check) {
    Run baseline = synthetic::run({});
    Run candidate = synthetic::run({});
    SessionSpreads spreads;
    for (std::size_t i = 0; i < kCases; ++i) {
      const std::string id = "op/x/n=" + std::to_string(i);
      baseline.measurements.push_back(synthetic::measurement(id, sessions.session(0)));
      candidate.measurements.push_back(synthetic::measurement(id, sessions.session(world.slowdown)));
      spreads[id] = sessions.history(world.history);
    }
    const CheckVerdict verdict = conclude(judge_stored(baseline, candidate, {}, spreads), {});
    outcomes.failed_checks += verdict.outcome == Outcome::Regressed ? 1 : 0;
    for (const CaseVerdict& one : verdict.cases) outcomes.regressed += one.verdict == Verdict::Regressed ? 1 : 0;
  }
  outcomes.failed_checks /= static_cast<double>(checks);
  outcomes.regressed /= static_cast<double>(checks * kCases);
  std::printf("sessions differ by %.2f %%, %2zu known, +%.1f %%: regressed %.4f, failed checks %.4f\n",
              100 * world.session_sd, world.history, 100 * world.slowdown, outcomes.regressed, outcomes.failed_checks);
  return outcomes;
}

}  // namespace

TEST_CASE("stored rates: identical code fails at most 1 % of the checks of 20 cases, 5 launches against 5 of an H200") {
  // 1 % is promised; the bound leaves room for another recording.
  CHECK(measure(0, 5, 5000, 201).per_check() <= 0.004);
  CHECK(measure(0, 7, 2000, 202).per_check() <= 0.004);
}

TEST_CASE("stored rates: 5 % more work is found in at least 95 % of the splits of every kernel of an H200") {
  for (const std::size_t launches : {5, 7}) {
    const Rates rates = measure(5, launches, 1000, 203);
    for (const std::string& kernel : kKernels) CHECK(rates.of(kernel) >= 0.98);
  }
  CHECK(measure(2, 5, 500, 204).of("gemm") >= 0.9);  // of the others it sees less than a third
}

TEST_CASE("stored rates: unchanged code fails at most 1 % of the checks while sessions differ by up to 0.3 %") {
  CHECK(simulate({0.001, 0}, 500, 301).failed_checks == 0);
  CHECK(simulate({0.003, 0}, 2000, 302).failed_checks <= 0.01);
}

TEST_CASE("stored rates: where sessions differ by 1 % the default fails most checks, and a history of 10 hardly any") {
  CHECK(simulate({0.01, 0}, 200, 303).failed_checks >= 0.5);
  CHECK(simulate({0.01, 5}, 2000, 304).failed_checks <= 0.02);
  CHECK(simulate({0.01, 10}, 2000, 305).failed_checks <= 0.005);
  CHECK(simulate({0.003, 10}, 1000, 306).failed_checks <= 0.005);
  CHECK(simulate({0.0005, 10}, 1000, 307).failed_checks <= 0.005);
}

TEST_CASE("stored rates: 5 % is found where sessions differ by up to 0.3 %, by default and with a history") {
  CHECK(simulate({0.003, 0, 0.05}, 300, 308).regressed >= 0.999);
  CHECK(simulate({0.003, 10, 0.05}, 300, 309).regressed >= 0.92);
  CHECK(simulate({0.003, 30, 0.05}, 300, 310).regressed >= 0.98);
  CHECK(simulate({0.001, 30, 0.02}, 300, 311).regressed >= 0.80);
}
