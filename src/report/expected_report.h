// A run beside the times that were expected of it: one line a case.
#pragma once

#include <string>

#include "ratchet/expected.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string verification_text(const Verification& verification, const Paint& paint);

}  // namespace ratchet::report
