// Judges two recorded runs: the founding rule ("bootstrap intervals that do not overlap"), repaired. The launch is the
// unit, the intervals are widened by what sessions differ, a difference below the tolerance is none, and sentinels that
// moved as well accuse the machine. Weaker than a duet by nature: numbers of two sessions never met the same state.
#pragma once

#include <vector>

#include "ratchet/policy.h"
#include "ratchet/run.h"
#include "ratchet/session_spread.h"
#include "ratchet/verdict.h"

namespace ratchet {

// One verdict per case that either run has: baseline's order first, then what only the candidate has. Runs of different
// environments give no case a verdict; neither do runs between which the sentinels moved (witness.h). Input that cannot
// be judged is inconclusive (stored_input.h). spreads: what the history knows of the cases; a case that is not in it
// has policy.session_sd.
[[nodiscard]] std::vector<CaseVerdict> judge_stored(const Run& baseline, const Run& candidate, const Policy& policy,
                                                    const SessionSpreads& spreads = {});

}  // namespace ratchet
