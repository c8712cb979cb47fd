// What the newest calibration of this device says to a check.
#pragma once

#include <optional>

#include "ratchet/verdict.h"
#include "src/cli/context.h"

namespace ratchet::cli {

// Of the newest calibration whose environment compares with this one; none when there is none.
[[nodiscard]] std::optional<CalibratedRate> calibrated_rate(Context& context, const Environment& environment);

}  // namespace ratchet::cli
