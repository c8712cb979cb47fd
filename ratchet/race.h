// Which variant of a shape is fastest, found by racing: in each launch all that still live take turns, round by round;
// one that is proven slower leaves; the last three meet again on inputs that none of them was
// chosen on. It decides from samples alone, so that a stored race is judged again and not believed.
//
// The truly fastest one is eliminated with a probability of at most alpha: it would have to be proven slower than one
// of the n - 1 others at one of the L looks, each of which is a one-sided test at alpha / ((n - 1) L). The final names
// a winner that is not the faster one of its pairs with at most alpha, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

struct RaceRules {
  std::size_t launches = 20;        // before the final, at most
  std::size_t final_launches = 11;  // odd: the median is then a time that was measured
  double alpha = 0.01;              // of the elimination, and again of the final
};
inline constexpr std::size_t kFinalists = 3;
// A variant that ties with the fastest of the final counts as its equal where it is proven to be no slower than this.
inline constexpr double kEqualWithin = 0.01;

// When the living are compared: after 5 launches, the fewest that any comparison here takes, then after two fifths more
// each time, and at the end.
[[nodiscard]] std::vector<std::size_t> race_looks(std::size_t launches);

struct Race {
  RaceRules rules;
  std::vector<std::string> variants;  // case ids in the order declared: the first of equals is taken
  Run heats;
  Run final;  // of other inputs
};

// What to measure next.
struct Heat {
  bool final = false;
  std::size_t number = 0;  // from 0, counted through race and final: no two launches have the same inputs
  std::vector<std::string> cases;
};

// Nothing when the race is over, or when the device is not fit: then it is to be stopped.
[[nodiscard]] std::optional<Heat> next_heat(const Race& race);

enum class Fate {
  Rejected,    // the device or a constraint refuses it: never launched
  Failed,      // a wrong answer, a crash, or too fast to be true
  Eliminated,  // proven slower than the leader of a look
  Cut,         // lived to the end of the budget, not among the three fastest; not proven slower
  Beaten,      // proven slower than the fastest in the final
  Tied,        // in the final, and not proven slower
  Taken,
  Racing  // the race is not over
};
[[nodiscard]] std::string to_string(Fate fate);

struct Contender {
  std::string id;
  Fate fate = Fate::Racing;
  std::string why;           // rejected, failed, or what nothing can be proven of it
  std::size_t launches = 0;  // of the race, in which it lived
  bool in_final = false;
  SideSummary summary;       // of the final where it was in it, else of the race; launches 0: it has no times
  std::optional<std::size_t> behind;  // the leader of its last comparison; none of the one that led
  double ratio = 1;                   // its time over that one's
  double at_least = 1;                // ends of the ratio, each one-sided at the shared level
  double at_most = 1;
};

struct RaceResult {
  std::vector<Contender> contenders;  // as in Race::variants
  std::optional<std::size_t> taken;   // none while it is not over, when nothing could be timed, or on an unfit device
  bool proven = false;                // faster than every other that was timed, each proven
  std::size_t comparisons = 0;        // (n - 1) L of the race
  std::optional<std::string> degraded;  // why the device was not fit: nothing is decided
};

[[nodiscard]] RaceResult judge_race(const Race& race);

}  // namespace ratchet
