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

// Keeps the ruling with the case. Granted, it lets the case through; refused, its text explains why a regressed case
// still fails.
void apply(const Ruling& ruling, CaseVerdict& verdict);

// What surrounds the cases of a check.
struct Circumstances {
  Purpose purpose = Purpose::Check;
  double device_seconds = 0;
  std::optional<std::string> degraded = {};       // why the device was not fit, with the reading
  std::optional<CalibratedRate> calibrated = {};  // of this device; none: it never was
};

// Order of precedence: regressed, then fault (an invalid case), then no verdict (a missing case, no baseline, a
// degraded device, inconclusive under policy.strict, or nothing judged at all), then pass. Recording passes as well
// when every case is new: where there was no baseline there was nothing to judge. A machine whose false alarms are
// proven to be more than alpha cannot fail a check: its regressions are no verdict.
[[nodiscard]] CheckVerdict conclude(std::vector<CaseVerdict> cases, const Policy& policy,
                                    const Circumstances& circumstances = {});

}  // namespace ratchet
