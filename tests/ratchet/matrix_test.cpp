#include "ratchet/matrix.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "ratchet/error.h"
#include "ratchet/matrix_rows.h"

using namespace ratchet;

namespace {

CaseFacts facts(const std::string& id, std::uint64_t flops = 100) {
  CaseFacts one;
  one.id = id;
  one.bytes = 1000;
  one.flops = flops;
  one.l2 = "warm";
  return one;
}

Environment gpu() {
  Environment environment;
  environment.device = {"cuda", "NVIDIA L4", "GPU-1", "8.9", 0, 0, 0};
  environment.driver = "580";
  environment.timer_tick_ns = 1;
  return environment;
}

// Launches around a time, their scatter alternating so that it is the same for all.
Measurement measured(const std::string& id, double time_ns, std::size_t launches = 11, double scatter = 0.001) {
  Measurement one;
  one.facts = facts(id);
  one.check = Check{true, 0, 0};
  for (std::size_t i = 0; i < launches; ++i) {
    const double here = time_ns * (1 + scatter * (static_cast<double>((i * 7 + id.size() * 3) % 5) - 2));
    one.launches.push_back({here * 0.999, here, here * 1.001});
  }
  return one;
}

MatrixSource sitting(std::vector<Measurement> measurements) {
  MatrixSource source;
  source.run.environment = gpu();
  source.run.measurements = std::move(measurements);
  return source;
}

Matrix table(std::vector<Measurement> measurements) {
  const MatrixSource source = sitting(std::move(measurements));
  return compare_all({&source, 1});
}

}  // namespace

TEST_CASE("matrix: cases of one function make a row, and a parameter of an implementation's own names its column") {
  const std::vector<CaseFacts> cases{facts("attention/tiled/S=1"), facts("attention/split/S=1,shares=4"),
                                     facts("attention/split/S=1,shares=8"), facts("attention/tiled/S=2")};
  std::vector<const CaseFacts*> pointers;
  for (const CaseFacts& one : cases) pointers.push_back(&one);
  const std::vector<CaseRow> rows = rows_of(pointers);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].cases == std::vector<std::size_t>{0, 1, 2});
  CHECK(column_of(parse_case_name(cases[1].id), rows[0]) == "split shares=4");
  CHECK(rows[1].cases == std::vector<std::size_t>{3});
}

TEST_CASE("matrix: another family, another amount of work, state of the cache or clock are never compared") {
  Measurement local = measured("attention_block_local/local/S=1", 10);
  Measurement liar = measured("attention/local/S=1,chunk=128", 10);
  liar.facts.flops = 25;
  Measurement cold = measured("attention/tiled/S=1,l2=cold", 10);
  cold.facts.l2 = "cold";
  Measurement unknown = measured("attention/other/S=1,x=1", 10);
  unknown.facts.bytes = unknown.facts.flops = 0;
  Measurement by_host = measured("attention/waiting/S=1", 10);
  by_host.facts.timed_by = "host";
  const Matrix all = table({measured("attention/tiled/S=1", 100), local, liar, cold, unknown, by_host});
  CHECK(all.rows.size() == 6);
  CHECK(all.comparisons == 0);
  for (const MatrixRow& row : all.rows) CHECK_FALSE(row.winner.has_value());
}

TEST_CASE("matrix: a winner is proven faster than all others") {
  const Matrix all = table({measured("a/slow/n=1", 110), measured("a/fast/n=1", 100), measured("a/fair/n=1", 105)});
  REQUIRE(all.rows.size() == 1);
  const MatrixRow& row = all.rows[0];
  CHECK(all.comparisons == 3);
  REQUIRE(row.winner.has_value());
  CHECK(row.cells[*row.winner].implementation == "fast");
  REQUIRE(row.pairs.size() == 3);
  CHECK(row.pairs[0].faster == 1);  // slow, fast
  CHECK(std::abs(row.pairs[0].ratio - 100.0 / 110) < 0.002);
  CHECK(row.pairs[0].interval.low < row.pairs[0].ratio);
  CHECK(row.pairs[0].interval.high > row.pairs[0].ratio);
}

TEST_CASE("matrix: a difference within the scatter has no winner") {
  const Matrix all = table({measured("a/one/n=1", 100), measured("a/other/n=1", 100.02)});
  CHECK_FALSE(all.rows[0].winner.has_value());
  CHECK(all.rows[0].pairs[0].faster == 0);
  CHECK(all.rows[0].fastest.has_value());
}

TEST_CASE("matrix: one that ties with the fastest keeps the row without a winner") {
  const Matrix all = table({measured("a/one/n=1", 100), measured("a/other/n=1", 100.02), measured("a/slow/n=1", 150)});
  CHECK_FALSE(all.rows[0].winner.has_value());
}

TEST_CASE("matrix: a wrong answer, a failure and an absence are no contestants, however fast") {
  Measurement wrong = measured("a/wrong/n=1", 1);
  wrong.check = Check{false, 1.7, 2};
  Measurement failed = measured("a/failed/n=1", 1);
  failed.failures = {{"wrong_answer", "", "relative error 1.7"}};
  Measurement absent;
  absent.facts = facts("a/absent/n=1");
  absent.failures = {{"unavailable", "", "libcudnn.so.9 is not there"}};
  const Matrix all = table({measured("a/right/n=1", 100), wrong, failed, absent, measured("a/slow/n=1", 120)});
  const MatrixRow& row = all.rows[0];
  CHECK(row.cells[1].standing == Standing::Failed);
  CHECK_FALSE(row.cells[1].has_times());
  CHECK(row.cells[2].standing == Standing::Failed);
  CHECK_FALSE(row.cells[2].has_times());
  CHECK(row.cells[3].standing == Standing::Unavailable);
  CHECK(row.cells[3].why == "libcudnn.so.9 is not there");
  REQUIRE(row.winner.has_value());
  CHECK(row.cells[*row.winner].implementation == "right");
}

TEST_CASE("matrix: an answer that nobody verified does not win, and its speed is not ignored") {
  Measurement unverified = measured("a/unverified/n=1", 50);
  unverified.check.reset();
  const Matrix all = table({measured("a/right/n=1", 100), unverified});
  CHECK_FALSE(all.rows[0].winner.has_value());
  CHECK(all.rows[0].pairs[0].faster == 1);
}

TEST_CASE("matrix: fewer than five launches prove nothing") {
  const Matrix all = table({measured("a/one/n=1", 100, 4), measured("a/other/n=1", 200, 4)});
  CHECK_FALSE(all.rows[0].winner.has_value());
  CHECK(all.rows[0].pairs[0].trouble == "4 of at least 5 launches");
}

TEST_CASE("matrix: launches without scatter are known to a tick and no better") {
  const auto level = [](const std::string& id, double time_ns) { return measured(id, time_ns, 11, 0); };
  const Matrix near = table({level("a/one/n=1", 100), level("a/other/n=1", 100.9)});
  CHECK(near.rows[0].pairs[0].faster == 0);
  const Matrix far = table({level("a/one/n=1", 100), level("a/other/n=1", 101.5)});
  CHECK(far.rows[0].pairs[0].faster == -1);
  CHECK(far.rows[0].cells[0].summary.ci_ns.low == far.rows[0].cells[0].summary.ci_ns.high);

  MatrixSource without_tick = sitting({level("a/one/n=1", 100), level("a/other/n=1", 200)});
  without_tick.run.environment->timer_tick_ns = 0;
  const Matrix blind = compare_all({&without_tick, 1});
  CHECK(blind.rows[0].pairs[0].faster == 0);
  CHECK_FALSE(blind.rows[0].pairs[0].trouble.empty());
}

TEST_CASE("matrix: launches of one sitting are compared one by one, so that what they share does not count") {
  Measurement one = measured("a/one/n=1", 100, 11, 0.05);
  Measurement other = measured("a/twin/n=1", 100, 11, 0.05);
  other.launches = one.launches;
  for (auto& samples : other.launches)
    for (double& sample : samples) sample *= 1.01;
  one.launches[0][1] += 0.01;
  const Matrix together = table({one, other});
  CHECK(together.rows[0].pairs[0].paired);
  CHECK(together.rows[0].pairs[0].faster == 0);  // the tick of 1 ns in 100 ns is as large as the difference
  MatrixSource fine = sitting({one, other});
  fine.run.environment->timer_tick_ns = 0.01;
  CHECK(compare_all({&fine, 1}).rows[0].pairs[0].faster == -1);

  const std::vector<MatrixSource> apart{sitting({one}), {"imported", sitting({other}).run}};
  const Matrix two = compare_all(apart);
  CHECK_FALSE(two.rows[0].pairs[0].paired);
  CHECK(two.rows[0].pairs[0].faster == 0);
}

TEST_CASE("matrix: rounds of a sitting are compared one by one where both have as many, else by medians") {
  // Rounds drift by 20 % through each launch, for both alike; the other one is 0.5 % slower.
  Measurement one = measured("a/one/n=1", 100);
  Measurement other = measured("a/other/n=1", 100);
  for (std::size_t i = 0; i < 11; ++i) {
    one.launches[i].clear();
    other.launches[i].clear();
    for (std::size_t round = 0; round < 5 + i % 2; ++round) {
      const double drift = 1000 * (1 + 0.04 * static_cast<double>(round));
      one.launches[i].push_back(drift * (1 + 1e-5 * static_cast<double>(i)));
      other.launches[i].push_back(drift * 1.005);
    }
  }
  const MatrixPair by_rounds = table({one, other}).rows[0].pairs[0];
  CHECK(by_rounds.faster == -1);
  CHECK(std::abs(by_rounds.ratio - 1.005) < 1e-4);
  other.launches[0].pop_back();  // nothing pairs the rounds any more
  CHECK(table({one, other}).rows[0].pairs[0].faster == 0);
}

TEST_CASE("matrix: numbers of another device or driver stand in the table and are compared with nothing") {
  std::vector<MatrixSource> sources{sitting({measured("a/one/n=1", 100)}),
                                    {"imported", sitting({measured("a/other/n=1", 50)}).run}};
  CHECK(compare_all(sources).rows[0].pairs.size() == 1);
  sources[1].run.environment->driver = "999";
  const Matrix other_driver = compare_all(sources);
  CHECK(other_driver.rows[0].cells[1].apart);
  CHECK(other_driver.rows[0].cells[1].has_times());
  CHECK(other_driver.rows[0].pairs.empty());
  CHECK_FALSE(other_driver.rows[0].winner.has_value());
  CHECK(other_driver.rows[0].fastest == std::size_t{0});
  sources[1].run.environment->driver = "580";
  sources[1].run.environment->device.name = "NVIDIA H200";
  CHECK(compare_all(sources).rows[0].cells[1].apart);
  sources[1].run.environment.reset();
  CHECK(compare_all(sources).rows[0].cells[1].apart);
}

TEST_CASE("matrix: what is too fast to be true does not win, and is shown with the reason") {
  MatrixSource source = sitting({measured("a/right/n=1", 100), measured("a/magic/n=1", 1)});
  Device& device = source.run.environment->device;
  device.peak_bandwidth_bytes_per_s = 300e9;
  device.l2_bytes = 100;  // 1000 bytes do not stay in it
  const Matrix all = compare_all({&source, 1});
  CHECK_FALSE(all.rows[0].cells[0].apart);
  CHECK(all.rows[0].cells[1].apart);
  CHECK(all.rows[0].cells[1].why.starts_with("too fast to be true"));
  CHECK(all.rows[0].pairs.empty());
}

TEST_CASE("matrix: a device that slowed down proves nothing") {
  MatrixSource hot = sitting({measured("a/one/n=1", 100), measured("a/other/n=1", 200)});
  Telemetry reading;
  reading.throttled_thermal_ns = 5e6;
  hot.run.telemetry = {reading};
  const Matrix all = compare_all({&hot, 1});
  CHECK(all.degraded.has_value());
  CHECK(all.rows[0].pairs[0].faster == 0);
  CHECK_FALSE(all.rows[0].winner.has_value());
}

TEST_CASE("matrix: intervals grow with the number of comparisons that share alpha") {
  std::vector<Measurement> many{measured("a/one/n=1", 100), measured("a/other/n=1", 101)};
  const Interval alone = table(many).rows[0].pairs[0].interval;
  for (int i = 2; i < 30; ++i) {
    many.push_back(measured("a/one/n=" + std::to_string(i), 100));
    many.push_back(measured("a/other/n=" + std::to_string(i), 101));
  }
  const Matrix all = table(many);
  CHECK(all.comparisons == 29);
  CHECK(all.rows[0].pairs[0].interval.high > alone.high);
  CHECK(all.rows[0].pairs[0].interval.low < alone.low);
}

TEST_CASE("matrix: each launch prepares another case of a row first, and rows are groups") {
  const std::vector<CaseFacts> cases{facts("a/x/n=1"), facts("a/x/n=2"), facts("a/y/n=1"), facts("a/z/n=1")};
  using Groups = std::vector<std::vector<std::string>>;
  CHECK(in_turn(cases, 0) == Groups{{"a/x/n=1", "a/y/n=1", "a/z/n=1"}, {"a/x/n=2"}});
  CHECK(in_turn(cases, 1) == Groups{{"a/z/n=1", "a/y/n=1", "a/x/n=1"}, {"a/x/n=2"}});
  CHECK(in_turn(cases, 2) == Groups{{"a/y/n=1", "a/z/n=1", "a/x/n=1"}, {"a/x/n=2"}});
  std::vector<int> first(3);
  for (std::size_t launch = 0; launch < 6; ++launch) {
    const std::string leader = in_turn(cases, launch).front().front();
    ++first[static_cast<std::size_t>(leader[2] - 'x')];
  }
  CHECK(first == std::vector<int>{2, 2, 2});
}

TEST_CASE("matrix: no sources are a mistake") { CHECK_THROWS_AS((void)compare_all({}), Error); }
