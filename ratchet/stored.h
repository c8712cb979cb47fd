// Judges two recorded runs: the founding rule ("bootstrap intervals that do not overlap"), repaired. The launch is the
// unit, the intervals are widened by what sessions differ, and a difference below the tolerance is none. Weaker than a
// duet by nature: numbers of two sessions never met the same machine state.
#pragma once

#include <vector>

#include "ratchet/policy.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

// One verdict per case that either run has: baseline's order first, then what only the candidate has. Runs of different
// environments give no case a verdict. Fewer than policy.min_stored_launches launches a side are inconclusive.
[[nodiscard]] std::vector<CaseVerdict> judge_stored(const Run& baseline, const Run& candidate, const Policy& policy);

}  // namespace ratchet
