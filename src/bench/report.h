// From the results of single cases to one document's parts: no process, no device, no clock.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ratchet/run.h"

namespace ratchet::bench {

// The candidate's half, which is all there is of a run.
[[nodiscard]] Measurement as_measurement(const DuetCase& one);

// Back again.
[[nodiscard]] DuetCase as_duet_case(Measurement one);

// The reading at the end, of which all that counts up is the difference from the one at the start.
[[nodiscard]] Telemetry between(const Telemetry& start, const Telemetry& end);

// One launch in one line from the readings after each case: median clocks, highest temperature and power, energy
// and throttling added up, most processes. What was measured once is the first's. Nothing without readings.
[[nodiscard]] std::optional<Telemetry> summary(std::span<const Telemetry> readings);

// For people: the median time, or what went wrong.
[[nodiscard]] std::string progress_line(const DuetCase& one);

}  // namespace ratchet::bench
