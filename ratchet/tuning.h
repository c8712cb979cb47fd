// What came of racing a family's variants over its shapes, and what shapes that differ in one size tell together: latency
// against that size, by the best variant of each, and where it turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/knee.h"
#include "ratchet/race.h"
#include "ratchet/variants.h"

namespace ratchet {

struct TunedShape {
  std::string shape;    // parameters, without the variant's
  std::string modules;  // SHA-256 of each that holds a variant of it, joined by commas
  std::string made_at;  // RFC 3339, when its race began
  Race race;
  RaceResult result;  // judge_race(race)
};

struct Tuning {
  std::string family;
  std::vector<std::string> keys;  // of a variant, in the order of the ids
  std::vector<TunedShape> shapes;

  // "warps=4,stages=2" of the shape's `which`-th variant.
  [[nodiscard]] std::string variant(const TunedShape& shape, std::size_t which) const {
    return variant_of(shape.race.variants.at(which), keys);
  }
};

// Shapes that are alike but for the size, smallest first; those where nothing was taken are no part of it.
struct Landscape {
  std::string rest;  // the other parameters
  struct Point {
    std::uint64_t size = 0;
    std::size_t shape = 0;  // in Tuning::shapes
  };
  std::vector<Point> points;
  Knee knee;
};

// Along the parameter `key`. Error where no shape has it, or where one has something else than a whole number in it.
[[nodiscard]] std::vector<Landscape> landscapes_of(const Tuning& tuning, const std::string& key);

// Which variant a build should take: from this size up to the next row's, of all shapes with these other parameters.
struct Dispatch {
  std::string rest;
  std::uint64_t from = 0;  // the smallest size that was measured also stands for all below it
  std::uint64_t to = 0;    // inclusive; the largest number where there is no next
  std::string variant;
  bool proven = true;  // at every size that was measured in the range
};
[[nodiscard]] std::vector<Dispatch> dispatch_of(const Tuning& tuning, const std::vector<Landscape>& landscapes);

}  // namespace ratchet
