// What forbids the stored test to compare two measurements, whatever their times say. Fails closed: input that cannot
// be judged is named with its place and is never held.
#pragma once

#include <string>

#include "ratchet/policy.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

struct StoredSides {
  const Run& baseline_run;
  const Run& candidate_run;
  const Measurement& baseline;
  const Measurement& candidate;
};

// Why its answers are not to be trusted, in words; empty when nothing is known against them.
[[nodiscard]] std::string failure_of(const Measurement& measured);

// There are launches, and all of them have times that are positive and finite.
[[nodiscard]] bool has_times(const Measurement& measured);

// The coarser of the two timers, as a share of the timed interval; 0 when neither tick is known. Both have times.
[[nodiscard]] double tick_share(const StoredSides& sides);

// Gives the case its verdict and one reason when it must not be compared; returns whether that was so.
[[nodiscard]] bool refuse(CaseVerdict& verdict, const StoredSides& sides, const Policy& policy);

}  // namespace ratchet
