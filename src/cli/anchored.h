// History for a verdict: what the store measured of a case beside its baselines.
#pragma once

#include <string>

#include "ratchet/verdict.h"
#include "src/cli/context.h"

namespace ratchet::cli {

// Tells each regressed case what was measured between its baseline and the candidate. Cases with a planted slowdown
// have no history.
void add_ledgers(Context& context, const Commit& candidate, const std::string& device_name, CheckVerdict& check);

}  // namespace ratchet::cli
