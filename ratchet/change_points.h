// Where a series of commits took a new level: the steps that a person sees in a chart, with a stated rate of false
// ones. For people who read a history. It judges nothing: no verdict and no exit code depends on it. Pure arithmetic
// without dice: the same series gives the same marks, bit for bit.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ratchet {

struct SeriesPoint {
  double log_value = 0;       // natural logarithm of the median, so that a step is a ratio
  double standard_error = 0;  // of it, as the run knew it; 0 or more
  bool breaks = false;        // another environment or definition begins here: compared with nothing before
};

struct ChangePoint {
  std::size_t index = 0;    // the first point of the new level
  double old_level = 0;     // log; weighted mean from the mark or break before it
  double new_level = 0;     // up to the mark or break after it
  double false_chance = 0;  // that unchanged code of this length shows a step this clear anywhere; at most false_rate
  [[nodiscard]] double log_change() const { return new_level - old_level; }
};

// Share of series of unchanged code that get any mark at all, whatever their length.
inline constexpr double kFalseMarkRate = 0.01;

// A level lasts at least so many commits: fewer are outliers, and a step is marked when this many were measured after
// it at the earliest.
inline constexpr std::size_t kShortestLevel = 3;

// Two runs of one code differ by more than their intervals say; no series is believed to be known better than this
// (the quietest kernel seen scatters by 0.02 % between launches).
inline constexpr double kLeastLogError = 2e-4;

// Seeded binary segmentation (Kovacs, Buehlmann, Li and Munk, Biometrika 110 (2023) 249), the clearest step first, on
// means weighted by what each point is known to.
// The scatter between commits comes from the differences of neighbours, its memory from those of every second; the
// threshold is Student's quantile at false_rate shared by all splits looked at. Oldest first. Error for a number that
// is not finite or a rate outside (0, 1). About n log n steps.
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const SeriesPoint> series,
                                                     double false_rate = kFalseMarkRate);

}  // namespace ratchet
