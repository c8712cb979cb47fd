#include "ratchet/race.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "race_world.h"
#include "ratchet/matrix_rows.h"

using namespace ratchet;

namespace {

std::size_t with(const RaceResult& result, Fate fate) {
  return static_cast<std::size_t>(std::count_if(result.contenders.begin(), result.contenders.end(),
                                                [&](const Contender& one) { return one.fate == fate; }));
}

}  // namespace

TEST_CASE("race: it looks after 5 launches, then after two fifths more each time, and at the end") {
  CHECK(race_looks(20) == std::vector<std::size_t>{5, 7, 9, 12, 16, 20});
  CHECK(race_looks(5) == std::vector<std::size_t>{5});
  CHECK(race_looks(3) == std::vector<std::size_t>{3});
}

TEST_CASE("race: the slow leave early, the three best meet again, and the fastest wins where it is proven") {
  RaceWorld world{{1500, 1000, 1020, 1010, 1300, 1200}};
  Dice dice(1);
  Race race = world.race();
  const RaceResult result = world.run(race, dice);
  CHECK(result.taken == 1);
  CHECK(result.proven);
  CHECK(result.contenders[1].fate == Fate::Taken);
  CHECK_FALSE(result.contenders[1].behind);
  for (const std::size_t slow : {0U, 4U, 5U}) {
    CHECK(result.contenders[slow].fate == Fate::Eliminated);
    CHECK(result.contenders[slow].launches == 5);
    CHECK(result.contenders[slow].at_least > 1);
    CHECK(result.contenders[slow].summary.launches == 5);
  }
  CHECK(result.contenders[2].fate == Fate::Beaten);
  CHECK(result.contenders[2].in_final);
  CHECK(result.contenders[2].summary.launches == 11);
  CHECK(race.heats.measurements[0].launches.size() == 5);
}

TEST_CASE("race: of equals the first declared is taken, and it is no winner") {
  RaceWorld world{{1000, 1000, 1000, 1000, 1000}};
  Dice dice(2);
  Race race = world.race();
  const RaceResult result = world.run(race, dice);
  REQUIRE(result.taken);
  CHECK_FALSE(result.proven);
  CHECK(with(result, Fate::Cut) == 2);
  CHECK(with(result, Fate::Tied) == 2);
  for (std::size_t i = 0; i < *result.taken; ++i) CHECK(result.contenders[i].fate == Fate::Cut);
}

TEST_CASE("race: of a tie the first declared is taken only where it is proven to be within 1 % of the fastest") {
  const auto taken = [](std::vector<double> true_ns, double scatter) {
    RaceWorld world{std::move(true_ns)};
    world.scatter = scatter;
    Dice dice(2);
    Race race = world.race();
    return world.run(race, dice);
  };
  const RaceResult quiet = taken({1001, 1000}, 0.002);
  REQUIRE(with(quiet, Fate::Tied) == 1);
  CHECK(quiet.taken == 0);
  CHECK(quiet.contenders[0].behind == 1);
  CHECK(quiet.contenders[0].at_most < 1 + kEqualWithin);
  CHECK(quiet.contenders[0].at_most > quiet.contenders[0].ratio);
  const RaceResult loud = taken({1400, 1000}, 0.5);
  REQUIRE(with(loud, Fate::Tied) == 1);
  CHECK(loud.taken == 1);
  CHECK_FALSE(loud.proven);
  CHECK(loud.contenders[0].at_most > 1.4);
}

TEST_CASE("race: rounds that took turns are compared one by one, so that what a round shares hides nothing") {
  const auto race = [](bool lost) {
    RaceWorld world{{1002, 1000}};
    world.scatter = 0.0001;
    world.rounds = 11;
    world.round_scatter = 0.002;
    world.shared_by_round = 0.05;
    world.lost = lost;
    Dice dice(3);
    Race one = world.race();
    return world.run(one, dice);
  };
  CHECK(race(false).proven);
  CHECK(race(false).taken == 1);
  CHECK_FALSE(race(true).proven);
}

TEST_CASE("race: one that was cut without proof keeps the winner of the final from being proven") {
  RaceWorld world{{1000, 1030, 1030, 1030}};
  Dice dice(3);
  Race race = world.race();
  race.rules.launches = 5;
  race.rules.alpha = 1e-12;  // nobody can be proven slower in the heats
  while (const auto heat = next_heat(race)) {
    if (heat->final) world.scatter = 1e-5;
    world.measure(race, *heat, dice);
  }
  const RaceResult result = judge_race(race);
  REQUIRE(with(result, Fate::Cut) == 1);
  CHECK(result.taken == 0);
  CHECK(with(result, Fate::Beaten) == 2);
  CHECK_FALSE(result.proven);
}

TEST_CASE("race: a wrong answer never wins, whatever its time, and what is unavailable is rejected with its reason") {
  RaceWorld world{{1000, 10, 900, 1100}};
  world.failures[RaceWorld::id(1)] = {"wrong_answer", "", "its answer is wrong"};
  world.failures[RaceWorld::id(2)] = {kUnavailable, "", "it spills"};
  Dice dice(4);
  Race race = world.race();
  const RaceResult result = world.run(race, dice);
  CHECK(result.taken == 0);
  CHECK(result.contenders[1].fate == Fate::Failed);
  CHECK(result.contenders[1].summary.launches == 0);
  CHECK(result.contenders[2].fate == Fate::Rejected);
  CHECK(result.contenders[2].why == "it spills");
  CHECK(race.heats.measurements[0].launches.size() == 1);  // two are left: straight to the final
}

TEST_CASE("race: who answers wrongly in the final does not win, and neither does one that nobody verified") {
  RaceWorld world{{1000, 900, 1100}};
  Dice dice(5);
  Race race = world.race();
  RaceResult result = world.run(race, dice);
  REQUIRE(result.taken == 1);
  race.final.measurements[1].failures = {{"wrong_answer", "", "its answer is wrong"}};
  CHECK(race.final.measurements[1].facts.id == RaceWorld::id(1));
  CHECK(judge_race(race).taken != 1);
  race.final.measurements[1].failures.clear();
  race.final.measurements[1].check.reset();
  result = judge_race(race);
  CHECK(result.taken == 0);
  CHECK(result.contenders[1].why == "nobody verified its answer");
}

TEST_CASE("race: where nothing can be timed nothing is taken, and the race ends") {
  RaceWorld world{{1000, 900}};
  for (const std::size_t i : {0U, 1U}) world.failures[RaceWorld::id(i)] = {kUnavailable, "", "no device"};
  Dice dice(6);
  Race race = world.race();
  const RaceResult result = world.run(race, dice);
  CHECK_FALSE(result.taken);
  CHECK(with(result, Fate::Rejected) == 2);
  CHECK(race.final.measurements.empty());
}

TEST_CASE("race: on a device that was too hot nothing is decided, and the race stops") {
  RaceWorld world{{1000, 2000, 3000, 4000}};
  Dice dice(7);
  Race race = world.race();
  world.measure(race, *next_heat(race), dice);
  race.heats.telemetry.push_back({.throttled_thermal_ns = 5e6});
  CHECK_FALSE(next_heat(race));
  const RaceResult result = judge_race(race);
  CHECK(result.degraded);
  CHECK_FALSE(result.taken);
  CHECK_FALSE(result.proven);
}

TEST_CASE("race: launches that are all alike prove nothing without a tick, and half a tick of each side is granted") {
  RaceWorld world{{1000, 1003, 1003, 1003}};
  world.scatter = world.shared = 0;
  Dice dice(8);
  Race race = world.race();
  RaceResult result = world.run(race, dice);
  CHECK_FALSE(result.proven);
  CHECK(result.contenders[1].why.find("tick is not known") != std::string::npos);
  Environment environment;
  environment.device.kind = "cpu";
  environment.timer_tick_ns = 1;
  race.heats.environment = race.final.environment = environment;
  CHECK(judge_race(race).contenders[1].fate == Fate::Eliminated);
  race.heats.environment->timer_tick_ns = race.final.environment->timer_tick_ns = 4;
  CHECK(judge_race(race).contenders[1].fate != Fate::Eliminated);
}

TEST_CASE("race: fewer than five launches prove nothing, whatever the tick") {
  RaceWorld world{{1000, 2000, 3000, 4000}};
  Dice dice(10);
  Race race = world.race();
  race.rules.launches = race.rules.final_launches = 1;
  Environment environment;
  environment.device.kind = "cpu";
  environment.timer_tick_ns = 1;
  race.heats.environment = race.final.environment = environment;
  const RaceResult result = world.run(race, dice);
  CHECK_FALSE(result.proven);
  CHECK(with(result, Fate::Cut) == 1);
  CHECK(with(result, Fate::Tied) == 2);
  CHECK(result.contenders[1].why == "1 launches of at least 5");
}

TEST_CASE("race: no two launches have one number, and each of the living goes first in turn") {
  RaceWorld world{{1000, 1000, 1000, 1000}};
  Dice dice(9);
  Race race = world.race();
  std::vector<std::string> leaders;
  std::size_t number = 0;
  while (const auto heat = next_heat(race)) {
    CHECK(heat->number == number++);
    leaders.push_back(heat->cases.front());
    world.measure(race, *heat, dice);
  }
  CHECK(number == 31);
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::count(leaders.begin(), leaders.end(), RaceWorld::id(i)) >= 4);
}
