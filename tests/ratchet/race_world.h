// Races over variants whose true times are known: what the tests of the race and of its error rates drive it with.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "ratchet/race.h"
#include "tests/ratchet/dice.h"

namespace ratchet {

struct RaceWorld {
  std::vector<double> true_ns;  // of v=0, v=1, ...
  double scatter = 0.002;       // between launches, of each variant alone
  double shared = 0.02;          // of all variants of a launch alike
  double heavy = 0;             // chance that a launch of a variant is disturbed
  std::size_t rounds = 1;       // that took turns
  double round_scatter = 0;     // of a round of a variant
  double shared_by_round = 0;   // of all variants of a round alike, and how far a launch drifts from its first to its last
  bool lost = false;  // of the first launch, each variant lacks another number of rounds: only medians can be compared
  std::map<std::string, Failure> failures = {};
  std::size_t measured = 0;  // times of a variant in a launch, all in all

  [[nodiscard]] static std::string id(std::size_t which) { return "op/x/n=1,v=" + std::to_string(which); }

  [[nodiscard]] Race race() const {
    Race one;
    for (std::size_t i = 0; i < true_ns.size(); ++i) one.variants.push_back(id(i));
    return one;
  }

  // One launch more.
  void measure(Race& race, const Heat& heat, Dice& dice) {
    Run& run = heat.final ? race.final : race.heats;
    std::vector<double> common(rounds, shared * dice.normal());
    if (shared_by_round > 0) {
      const double drift = 2 * shared_by_round * dice.normal();
      for (std::size_t i = 0; i < rounds; ++i)
        common[i] += drift * static_cast<double>(i) / static_cast<double>(rounds) + shared_by_round * dice.normal();
    }
    for (const std::string& name : heat.cases) {
      Measurement* to = nullptr;
      for (Measurement& one : run.measurements) to = one.facts.id == name ? &one : to;
      if (to == nullptr) {
        to = &run.measurements.emplace_back();
        to->facts.id = name;
        to->check = Check{true, 0, 0};
      }
      if (failures.contains(name)) {
        to->failures = {failures.at(name)};
        continue;
      }
      if (!to->failures.empty()) continue;
      ++measured;
      const auto which = static_cast<std::size_t>(std::stoul(name.substr(name.rfind('=') + 1)));
      const double disturbed = heavy > 0 && dice.chance(heavy) ? 0.03 * dice.uniform() : 0;
      const double own = disturbed + scatter * dice.normal();
      std::vector<double>& times = to->launches.emplace_back();
      for (const double here : common)
        times.push_back(true_ns[which] * std::exp(here + own + (round_scatter > 0 ? round_scatter * dice.normal() : 0)));
      if (lost && to->launches.size() == 1) times.resize(rounds - which);
    }
  }

  [[nodiscard]] RaceResult run(Race& race, Dice& dice) {
    while (const auto heat = next_heat(race)) measure(race, *heat, dice);
    return judge_race(race);
  }
};

}  // namespace ratchet
