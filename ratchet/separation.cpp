#include "ratchet/separation.h"

#include <cmath>

namespace ratchet {

Reach reach_of(std::span<const double> medians_ns, double confidence, MedianBootstraps& bootstraps) {
  const double centre = median(medians_ns);
  const Interval interval = bootstraps.of(medians_ns.size()).interval(medians_ns, confidence);
  return {std::log(centre), std::log(centre / interval.low), std::log(interval.high / centre)};
}

Reach widened(const Reach& reach, double margin) {
  return {reach.log_median, std::hypot(reach.below, margin), std::hypot(reach.above, margin)};
}

double gap_needed(const Reach& faster, const Reach& slower) { return faster.above + slower.below; }

bool apart(const Reach& faster, const Reach& slower) {
  return slower.log_median - faster.log_median > gap_needed(faster, slower);
}

}  // namespace ratchet
