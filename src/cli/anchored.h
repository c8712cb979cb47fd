// History for a verdict and for the trend: what the store measured of a case beside its baselines.
#pragma once

#include <string>
#include <vector>

#include "ratchet/anchored.h"
#include "ratchet/verdict.h"
#include "src/cli/context.h"

namespace ratchet::cli {

// Enough for decades of merges; the walk costs about a millisecond per thousand.
inline constexpr int kHistoryLimit = 100'000;

// Those of Store::anchored_changes() that are credible.
[[nodiscard]] std::vector<AnchoredChange> credible_changes(db::Store& store, const std::string& case_id,
                                                           const std::string& device_name);

// Tells each regressed case what was measured between its baseline and the candidate. Cases with a planted slowdown
// have no history.
void add_ledgers(Context& context, const Commit& candidate, const std::string& device_name, CheckVerdict& check);

}  // namespace ratchet::cli
