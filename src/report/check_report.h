// A check as text: one line a case, then every reason, then one line that says what happened and how sure that is.
#pragma once

#include <string>

#include "ratchet/verdict.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string check_text(const CheckVerdict& check, const Paint& paint);

[[nodiscard]] Tint tint_of(Verdict verdict);

}  // namespace ratchet::report
