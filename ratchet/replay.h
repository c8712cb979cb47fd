// Judges a recorded check again from what it measured. A verdict that cannot be recomputed cannot be trusted later.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

// The check as `duets` make it today, under the recorded policy, priors and rulings. Cases that no duet measured
// (identical, missing, new, failed before) are taken over as they stand in the record. device_seconds and degraded as in
// Circumstances.
[[nodiscard]] CheckVerdict rejudge(const CheckVerdict& recorded, std::span<const Duet> duets, double device_seconds,
                                   const std::optional<std::string>& degraded);

}  // namespace ratchet
