// What tells whether the machine was the same in two runs: the settings of the device, and the sentinels, two fixed kernels of
// the measuring host that run in every launch. Their code never changes, so when they moved between two runs the machine
// did, and nothing can be said of the code.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ratchet/policy.h"
#include "ratchet/run.h"

namespace ratchet {

// Whether at least one sentinel was timed in enough launches of both runs (policy.min_stored_launches).
[[nodiscard]] bool has_witness(std::span<const Telemetry> baseline, std::span<const Telemetry> candidate,
                               const Policy& policy);

// What is said against a comparison, with the reading: another setting of the device (ECC, MIG, power limit), or a sentinel
// that moved. None when nothing of it is so, or it was not recorded. A
// sentinel moved, to either side, when the bootstrap intervals of its two medians (policy.stored_confidence, the launch
// as the unit) do not overlap and the medians differ by more than 3 * sqrt(2) * policy.session_sd: three standard
// deviations of what two sessions differ by default, and about half of what the stored test itself asks for.
[[nodiscard]] std::optional<std::string> machine_changed(std::span<const Telemetry> baseline,
                                                         std::span<const Telemetry> candidate, const Policy& policy);

}  // namespace ratchet
