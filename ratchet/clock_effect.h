// A side that was measured at another clock is not other code. The device counts its cycles while both sides are timed,
// so a change of time can be held against the change of cycles. It only ever takes a verdict away, never gives one.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ratchet/run.h"
#include "ratchet/sequential.h"

namespace ratchet {

// Why a proven change of time is one of the clock, in words: the clocks of the sides differed in its direction, and in
// cycles it is proven to be smaller than the tolerance (e-value against it at least 1/beta). None where a launch has no
// clocks. log_ratios are those of the launches' times, in their order.
[[nodiscard]] std::optional<std::string> clock_effect(std::span<const DuetLaunch> launches,
                                                      std::span<const double> log_ratios, VariancePrior prior,
                                                      double tolerance, double beta);

}  // namespace ratchet
