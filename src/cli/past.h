// What earlier checks and calibrations tell of the cases that are about to be measured.
#pragma once

#include "ratchet/overdispersion.h"
#include "src/cli/check_plan.h"

namespace ratchet::cli {

// For every case that the plan measures, from the duets of the same definition on the same device model.
[[nodiscard]] Overdispersions past_of(Context& context, const Suite& suite, const CheckPlan& plan, const Policy& policy);

}  // namespace ratchet::cli
