// Do two sets of launches lie apart? The one comparison that the stored test makes of the cases and of the sentinels:
// bootstrap intervals of the medians, with the launch as the unit, on the log scale.
#pragma once

#include <span>

#include "ratchet/summary.h"

namespace ratchet {

// How far the interval of a median reaches to both sides of it, in logarithms of the time.
struct Reach {
  double log_median = 0;
  double below = 0;
  double above = 0;
};

// Percentile interval of the exact bootstrap; medians_ns are positive.
[[nodiscard]] Reach reach_of(std::span<const double> medians_ns, double confidence, MedianBootstraps& bootstraps);

// Both ends moved out by an error that the launches do not show. Independent errors add as squares, so that a margin
// is felt where launches are quiet and does not pile up where they are loud.
[[nodiscard]] Reach widened(const Reach& reach, double margin);

// Least ln(slower / faster) at which the two intervals no longer overlap, the faster's upper end against the slower's
// lower end.
[[nodiscard]] double gap_needed(const Reach& faster, const Reach& slower);

// The intervals do not overlap and slower lies above.
[[nodiscard]] bool apart(const Reach& faster, const Reach& slower);

}  // namespace ratchet
