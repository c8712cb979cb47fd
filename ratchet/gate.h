// From the verdicts of the cases to the outcome of the check. Fails closed: whatever was expected and not judged is
// named, and a check that judged nothing does not pass.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ratchet/verdict.h"

namespace ratchet {

// A person let this case through. Turns a regressed, missing or implausible case into an accepted one; a case that
// failed or answered wrongly stays invalid, and anything else is untouched. Returns whether the verdict changed.
bool let_through(CaseVerdict& verdict, const std::string& reason);

// Order of precedence: regressed, then fault (an invalid case), then no verdict (a missing case, no baseline, a
// degraded device, inconclusive under policy.strict, or nothing judged at all), then pass.
[[nodiscard]] CheckVerdict conclude(std::vector<CaseVerdict> cases, const Policy& policy, double device_seconds,
                                    const std::optional<std::string>& degraded = std::nullopt);

}  // namespace ratchet
