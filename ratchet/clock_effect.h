// A change of time that is one of the clock: the device counts its cycles while both sides are timed, and between them a
// change of time can be held against the change of cycles. Both sides take turns within milliseconds, so a device that
// wanders slows both; a clock that follows the code (more power drawn under a power cap) costs its users real time.
// Hence the effect is named and the verdict stands.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ratchet/run.h"
#include "ratchet/sequential.h"

namespace ratchet {

// In words, that a proven change of time is one of the clock: the clocks of the sides differed in its direction, and in
// cycles it is proven to be smaller than the tolerance (e-value against it at least 1/beta). None where a launch has no
// clocks. log_ratios are those of the launches' times, in their order.
[[nodiscard]] std::optional<std::string> clock_effect(std::span<const DuetLaunch> launches,
                                                      std::span<const double> log_ratios, VariancePrior prior,
                                                      double log_tolerance, double beta);

}  // namespace ratchet
