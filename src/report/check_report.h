// A check as text: one line a case, then every reason, then one line that says what happened and how sure that is.
#pragma once

#include <string>

#include "ratchet/verdict.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string check_text(const CheckVerdict& check, const Paint& paint);

// Its parts, for other layouts: why cases did not simply hold, one line for each different thing to say, with their
// ledgers; how many cases there are of each verdict; what the verdicts are worth.
[[nodiscard]] std::string explanations(const CheckVerdict& check, const Paint& paint);
[[nodiscard]] std::string census(const CheckVerdict& check);
[[nodiscard]] std::string promise(const CheckVerdict& check);
[[nodiscard]] std::string calibration_line(const CalibratedRate& calibrated);

[[nodiscard]] Tint tint_of(Verdict verdict);

}  // namespace ratchet::report
