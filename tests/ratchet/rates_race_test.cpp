// How often a race eliminates the variant that is truly fastest, and what elimination saves.
#include <doctest/doctest.h>

#include "race_world.h"
#include "rate.h"
#include "ratchet/race.h"

using namespace ratchet;

namespace {

constexpr std::size_t kVariants = 24;

// `rivals` are as fast as the best to within `gap`; the others up to twice as slow. The best comes last.
RaceWorld world(double gap, std::size_t rivals, double heavy) {
  RaceWorld one{{}};
  for (std::size_t i = 0; i + 1 < kVariants; ++i)
    one.true_ns.push_back(1000 * (i < rivals ? 1 + gap : 1.02 + 0.04 * static_cast<double>(i)));
  one.true_ns.push_back(1000);
  one.heavy = heavy;
  return one;
}

}  // namespace

TEST_CASE("rates: the truly fastest of 24 variants is eliminated in at most 1 % of races") {
  struct Kind {
    std::string name;
    double gap;
    std::size_t rivals;
    double heavy;
  };
  for (const Kind& kind : {Kind{"5 rivals within 0.02 %", 0.0002, 5, 0}, Kind{"23 rivals, all alike", 0, 23, 0},
                           Kind{"5 rivals, launches disturbed", 0.0002, 5, 0.1}}) {
    Dice dice(11);
    Rate lost;
    Rate wrong;
    for (int i = 0; i < 1500; ++i) {
      RaceWorld here = world(kind.gap, kind.rivals, kind.heavy);
      Race race = here.race();
      race.rules.final_launches = 5;
      const RaceResult result = here.run(race, dice);
      lost.count(result.contenders.back().fate == Fate::Eliminated);
      wrong.count(result.proven && result.taken != kVariants - 1);
    }
    MESSAGE(kind.name << ": eliminated in " << lost.events << " of " << lost.trials << " races, another was called proven in "
                      << wrong.events);
    CHECK(lost.is_compatible_with_at_most(0.01));
    CHECK(wrong.is_compatible_with_at_most(0.01));
  }
}

TEST_CASE("rates: elimination saves more than half of the launches, and a best that leads by 1 % is proven") {
  Dice dice(12);
  std::size_t measured = 0;
  std::size_t without_elimination = 0;
  Rate proven;
  for (int i = 0; i < 300; ++i) {
    RaceWorld here = world(0.01, 2, 0);
    Race race = here.race();
    const RaceResult result = here.run(race, dice);
    measured += here.measured;
    without_elimination += kVariants * race.rules.launches + kFinalists * race.rules.final_launches;
    proven.count(result.proven && result.taken == kVariants - 1);
  }
  const double share = static_cast<double>(measured) / static_cast<double>(without_elimination);
  MESSAGE("measured " << 100 * share << " % of what a race without elimination takes; proven in " << proven.events
                      << " of " << proven.trials);
  CHECK(share < 0.5);
  CHECK(proven.value() > 0.9);
}

TEST_CASE("rates: variants that take turns lose the fastest no oftener, and what a round shares hides no lead") {
  struct Found {
    Rate lost;
    Rate proven;
    Rate wrong;
  };
  const auto race = [](double gap, bool by_medians, int races) {
    Dice dice(13);
    Found found;
    for (int i = 0; i < races; ++i) {
      RaceWorld here{{1000 * (1 + gap), 1000 * (1 + gap), 1000 * (1 + gap), 1000 * (1 + gap), 1000}};
      here.scatter = 0.0005;
      here.rounds = 11;
      here.round_scatter = 0.001;
      here.shared_by_round = 0.01;
      here.lost = by_medians;
      Race one = here.race();
      const RaceResult result = here.run(one, dice);
      found.lost.count(result.contenders.back().fate == Fate::Eliminated);
      found.proven.count(result.proven && result.taken == here.true_ns.size() - 1);
      found.wrong.count(result.proven && result.taken != here.true_ns.size() - 1);
    }
    return found;
  };
  const Found alike = race(0, false, 400);
  const Found by_rounds = race(0.002, false, 100);
  const Found by_medians = race(0.002, true, 100);
  MESSAGE("all alike: " << alike.lost.events << " of " << alike.lost.trials << " lose the fastest, " << alike.wrong.events
                        << " prove another; a lead of 0.2 % is proven in " << by_rounds.proven.events << " of "
                        << by_rounds.proven.trials << " by rounds, in " << by_medians.proven.events << " by medians");
  CHECK(alike.lost.is_compatible_with_at_most(0.01));
  CHECK(alike.wrong.is_compatible_with_at_most(0.01));
  CHECK(by_rounds.proven.value() > 0.9);
  CHECK(by_medians.proven.value() < by_rounds.proven.value());
}
