#include "ratchet/cost.h"

#include <doctest/doctest.h>

#include <cmath>

#include "ratchet/error.h"

using namespace ratchet;

namespace {

const Demand kDemand{3'600'000, 2};  // a millisecond a call is an hour a day

bool close(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

SideSummary side(double median_ns, double low_ns, double high_ns) {
  SideSummary summary;
  summary.median_ns = median_ns;
  summary.ci_ns = {low_ns, high_ns};
  summary.launches = 5;
  return summary;
}

Measurement measured(const std::string& id, double time_ns, const std::string& definition = "d") {
  Measurement one;
  one.facts.id = id;
  one.facts.bytes = 1000;
  one.facts.l2 = "warm";
  one.facts.definition = definition;
  one.check = Check{true, 0, 0};
  for (int i = 0; i < 11; ++i) one.launches.push_back({time_ns * (1 + 0.0001 * (i % 3))});
  return one;
}

Run run_of(std::vector<Measurement> measurements) {
  Run run;
  run.environment = Environment{};
  run.environment->device.kind = "cuda";
  run.environment->timer_tick_ns = 1;
  run.measurements = std::move(measurements);
  return run;
}

Matrix table(std::vector<Measurement> measurements) {
  const MatrixSource source{"", run_of(std::move(measurements))};
  return compare_all({&source, 1});
}

CaseVerdict verdict_of(const std::string& id, Verdict word, double change) {
  CaseVerdict verdict;
  verdict.id = id;
  verdict.verdict = word;
  verdict.change = change;
  verdict.change_ci = Interval{change - 0.01, change + 0.01};
  verdict.baseline = side(1e6, 0.9e6, 1.1e6);
  return verdict;
}

}  // namespace

TEST_CASE("cost: hours, days, months and years follow from the latency, and so do their intervals") {
  const Cost cost = cost_of(side(1e6, 0.9e6, 1.2e6), kDemand);
  CHECK(close(cost.device_hours_per_day.value, 1));
  CHECK(close(cost.device_hours_per_day.interval.low, 0.9));
  CHECK(close(cost.device_hours_per_day.interval.high, 1.2));
  CHECK(close(cost.per_day.value, 2));
  CHECK(close(cost.per_year.value, 730.5));
  CHECK(close(cost.per_month.value, 60.875));
  CHECK(close(cost.per_year.interval.high, 876.6));
}

TEST_CASE("cost: a saving holds the corners of both intervals, and more cost is negative") {
  const Cost saved = saving_of(side(1e6, 0.9e6, 1.1e6), -0.5, {-0.6, -0.4}, kDemand);
  CHECK(close(saved.device_hours_per_day.value, 0.5));
  CHECK(close(saved.device_hours_per_day.interval.low, 0.9 * 0.4));
  CHECK(close(saved.device_hours_per_day.interval.high, 1.1 * 0.6));
  const Cost lost = saving_of(side(1e6, 0.9e6, 1.1e6), 0.5, {0.4, 0.6}, kDemand);
  CHECK(close(lost.per_day.value, -1));
  CHECK(close(lost.per_day.interval.low, -2 * 1.1 * 0.6));
  CHECK(close(lost.per_day.interval.high, -2 * 0.9 * 0.4));
}

TEST_CASE("cost: of two runs, only a proven change of the same definition saves") {
  const Run before = run_of({measured("a/x/n=1", 1e6)});
  const auto line = [&](const Measurement& after, Verdict word,
                        const std::optional<std::string>& unfit = std::nullopt) {
    const std::vector<CaseVerdict> verdicts{verdict_of("a/x/n=1", word, -0.5)};
    return costs_beside(before, run_of({after}), verdicts, unfit, kDemand).at(0);
  };
  CHECK(line(measured("a/x/n=1", 0.5e6), Verdict::Improved).saving.has_value());
  CHECK(line(measured("a/x/n=1", 0.5e6), Verdict::Regressed).saving.has_value());
  for (const Verdict word : {Verdict::Held, Verdict::Inconclusive, Verdict::Invalid, Verdict::Accepted}) {
    CHECK_FALSE(line(measured("a/x/n=1", 0.5e6), word).saving.has_value());
    CHECK_FALSE(line(measured("a/x/n=1", 0.5e6), word).why.empty());
  }
  const CostLine other = line(measured("a/x/n=1", 0.25e6, "another"), Verdict::Improved);
  CHECK_FALSE(other.saving.has_value());
  CHECK(other.why == "no saving is claimed: the definition changed, it is not the same function");
  CHECK_FALSE(line(measured("a/x/n=1", 0.25e6, ""), Verdict::Improved).saving.has_value());
  CHECK_FALSE(line(measured("a/x/n=1", 0.5e6), Verdict::Improved, "too hot").saving.has_value());
  CHECK_FALSE(line(measured("a/y/n=1", 0.5e6), Verdict::Improved).saving.has_value());
}

TEST_CASE("cost: of a table, the faster of a row saves and the slower costs more") {
  const std::vector<CostLine> lines =
      costs_of(table({measured("a/slow/n=1", 2e6), measured("a/fast/n=1", 1e6)}), "slow", kDemand);
  CHECK_FALSE(lines[0].saving.has_value());
  REQUIRE(lines[1].saving.has_value());
  CHECK(close(lines[1].saving->per_day.value, 2 * 1.0 * (2e6 * 1.0001 - 1e6 * 1.0001) / 1e6));
  const std::vector<CostLine> turned =
      costs_of(table({measured("a/slow/n=1", 2e6), measured("a/fast/n=1", 1e6)}), "fast", kDemand);
  REQUIRE(turned[0].saving.has_value());
  CHECK(turned[0].saving->per_day.value < 0);
  CHECK(turned[0].saving->per_day.interval.high < 0);
}

TEST_CASE("cost: attention within blocks saves nothing, because it is another function") {
  const Matrix matrix =
      table({measured("attention/tiled/S=512", 4e6), measured("attention_block_local/local/S=512,chunk=128", 1e6)});
  const std::vector<CostLine> lines = costs_of(matrix, "tiled", kDemand);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].cost.has_value());
  CHECK_FALSE(lines[1].saving.has_value());
  CHECK(lines[1].why == "no saving is claimed: tiled does not compute this function");
  CHECK_THROWS_AS((void)costs_of(matrix, "tilde", kDemand), Error);
}

TEST_CASE("cost: of a table, what is not verified or not proven saves nothing") {
  Measurement unverified = measured("a/fast/n=1", 1e6);
  unverified.check.reset();
  CHECK_FALSE(costs_of(table({measured("a/slow/n=1", 2e6), unverified}), "slow", kDemand)[1].saving.has_value());
  const Matrix alike = table({measured("a/one/n=1", 1e6), measured("a/other/n=1", 1e6)});
  CHECK_FALSE(costs_of(alike, "one", kDemand)[1].saving.has_value());
}

TEST_CASE("cost: a wrong answer has no price") {
  Measurement wrong = measured("a/x/n=1", 1);
  wrong.check->verified = false;
  const CostLine line = costs_of(run_of({wrong}), kDemand).at(0);
  CHECK_FALSE(line.cost.has_value());
  CHECK_FALSE(line.why.empty());
}
