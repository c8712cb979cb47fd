// From what was measured and judged to what the store keeps.
#pragma once

#include <vector>

#include "db/records.h"
#include "ratchet/verdict.h"
#include "src/cli/context.h"

namespace ratchet::cli {

// One summary for each case with samples; the launch is the unit of the interval.
[[nodiscard]] std::vector<db::Summary> summaries_of(const Run& run);

// Under check.uuid, which must be given.
[[nodiscard]] db::VerdictRecord verdict_record(Context& context, const CheckVerdict& check,
                                               const std::vector<Duet>& duets, const Commit& candidate,
                                               const Environment& environment);

// Fills in what the measuring host cannot know: uuid, commit, times, tool.
void sign(Context& context, Run& run, const Commit& commit, const std::string& started_at);

}  // namespace ratchet::cli
