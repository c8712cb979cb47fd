#include "src/bench/schedule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "src/bench/floor.h"

namespace ratchet::bench {
namespace {

TEST_CASE("schedule: rounds 2k and 2k+1 are opposite") {
  const auto order = round_order(101, 1);
  REQUIRE(order.size() == 101);
  for (std::size_t round = 0; round + 1 < order.size(); round += 2) CHECK(order[round] + order[round + 1] == 1);
}

TEST_CASE("schedule: the order comes from the seed and nothing else, and is balanced") {
  CHECK(round_order(101, 7) == round_order(101, 7));
  CHECK(round_order(101, 7) != round_order(101, 8));
  const auto order = round_order(2000, 3);
  int candidate_leads_pair = 0;
  for (std::size_t pair = 0; pair < 1000; ++pair) candidate_leads_pair += order[2 * pair];
  CHECK(candidate_leads_pair > 437);  // 4 standard deviations of 1000 fair coins
  CHECK(candidate_leads_pair < 563);
}

TEST_CASE("schedule: sides come first by turns from launch to launch") {
  using Order = std::vector<std::size_t>;
  CHECK(side_order(2, 0) == Order{0, 1});
  CHECK(side_order(2, 1) == Order{1, 0});
  CHECK(side_order(2, 2) == Order{0, 1});
  CHECK(side_order(1, 1) == Order{0});
}

TEST_CASE("schedule: cases that take turns each go first equally often, follow each other equally often, and mirror") {
  for (const std::size_t cases : {2u, 3u, 4u, 7u}) {
    std::vector<int> leads(cases);
    std::map<std::pair<std::size_t, std::size_t>, int> follows;
    for (std::uint64_t round = 0; round < 2 * cases; ++round) {
      const std::vector<std::size_t> order = turns(cases, round, 5);
      REQUIRE(std::set(order.begin(), order.end()).size() == cases);
      ++leads[order.front()];
      for (std::size_t i = 1; i < cases; ++i) ++follows[{order[i - 1], order[i]}];
      if (round % 2 == 1) continue;
      std::vector<std::size_t> mirrored = turns(cases, round + 1, 5);
      std::reverse(mirrored.begin(), mirrored.end());
      CHECK(order == mirrored);
    }
    for (const int count : leads) CHECK(count == 2);
    CHECK(follows.size() == cases * (cases - 1));
    for (const auto& [pair, count] : follows) CHECK(count == 2);
  }
  CHECK(turns(5, 3, 1) == turns(5, 3, 1));
  int same = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) same += turns(5, 0, seed) == turns(5, 0, seed + 100) ? 1 : 0;
  CHECK(same < 30);  // of ten orders
}

TEST_CASE("schedule: an interval is long enough for its tick, its own cost and its device") {
  CHECK(wanted_interval_ns(32, 0, 200e3) == 200e3);
  CHECK(wanted_interval_ns(1024, 0, 200e3) == 1024e3);
  CHECK(wanted_interval_ns(0, 0, 200e3) == 200e3);
  CHECK(wanted_interval_ns(32, 3000, 200e3) == 300e3);
}

TEST_CASE("floor: slope and intercept of two batches of nothing, neither below zero") {
  CHECK(floor_from(500, 553'000, 1'103'000).launch_ns == 1100);
  CHECK(floor_from(500, 553'000, 1'103'000).interval_ns == 3000);
  CHECK(floor_from(500, 550'000, 549'000).launch_ns == 0);
  CHECK(floor_from(500, 500'000, 1'100'000).interval_ns == 0);
}

TEST_CASE("schedule: the batch grows until the interval is long enough, and stops at the cap") {
  CHECK(next_batch(1, 200e3, 200e3) == 1);
  CHECK(next_batch(1, 100e3, 200e3) == 3);  // 2.1, rounded up
  CHECK(next_batch(10, 199'999, 200e3) == 11);
  CHECK(next_batch(1, 1, 200e3) == kMaximalBatch);
  CHECK(next_batch(1, 0, 200e3) == kMaximalBatch);
  CHECK(next_batch(kMaximalBatch, 1, 200e3) == kMaximalBatch);
}

TEST_CASE("schedule: enough sets pass between two uses of one to evict it, and a flush stands in for too many") {
  constexpr std::uint64_t kMiB = 1 << 20;
  CHECK(rotation_sets(8 * kMiB, 150 * kMiB) == 20);  // 19 others, 152 MiB
  CHECK(rotation_sets(75 * kMiB, 150 * kMiB) == 3);
  CHECK(rotation_sets(150 * kMiB, 150 * kMiB) == 2);
  CHECK(rotation_sets(449 * kMiB, 150 * kMiB) == 2);
  CHECK(rotation_sets(450 * kMiB, 150 * kMiB) == 1);
  CHECK(rotation_sets(kMiB, 150 * kMiB) == 0);
  CHECK(rotation_sets(8 * kMiB, 0) == 0);
  CHECK(rotation_sets(0, 150 * kMiB) == 0);
}

TEST_CASE("schedule: the last five blocks must agree") {
  CHECK_FALSE(steady(std::vector<double>{100, 100, 100, 100}, 0.005));
  CHECK(steady(std::vector<double>{100, 100, 100, 100, 100.5}, 0.005));
  CHECK_FALSE(steady(std::vector<double>{100, 100, 100, 100, 100.6}, 0.005));
  CHECK(steady(std::vector<double>{900, 100, 100, 100, 100, 100}, 0.005));
}

TEST_CASE("schedule: median of none, odd and even") {
  CHECK(median({}) == 0);
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
}

TEST_CASE("schedule: the tick is the smallest step between readings") {
  CHECK(smallest_step({3072, 2048, 2048, 5120}) == 1024);
  CHECK(smallest_step({64, 64, 64}) == 0);
  CHECK(smallest_step({}) == 0);
  CHECK(smallest_step({100, 100.125, 132}) == 31.875);  // an eighth of a ns is rounding
}

TEST_CASE("schedule: a delay is scaled from what the trial added") {
  CHECK(delay_cycles(20e3, 400'000, 200e3) == 40'000);
  CHECK(delay_cycles(20e3, 400'000, 0) == 0);
  CHECK(delay_cycles(20e3, 400'000, -5) == 0);
}

}  // namespace
}  // namespace ratchet::bench
