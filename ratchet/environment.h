// When stored numbers may be compared, and when a device was not fit to be measured.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ratchet/run.h"

namespace ratchet {

// The first thing that differs so that numbers of the two environments must not be compared, in words; none when
// they may. Two machines with the same device model and software compare; an absent environment compares with nothing.
[[nodiscard]] std::optional<std::string> incomparable(const std::optional<Environment>& a,
                                                      const std::optional<Environment>& b);

// Everything that differs so, one sentence each, a field that one of them lacks included; empty when they compare.
[[nodiscard]] std::vector<std::string> differences(const Environment& before, const Environment& after);

// One line that is equal exactly when two environments are comparable; the history's key of a series.
[[nodiscard]] std::string fingerprint(const Environment& environment);

// Why a launch says more about the device than about the code, as far as one launch can tell: it slowed down because of
// heat or of its power brake. A power cap is the normal state of small cards and no reason.
[[nodiscard]] std::optional<std::string> throttled(const Telemetry& launch);

// Why these launches of one check say more about the device than about the code, with the reading; none when they are
// fit to be judged. Beyond throttling, of a GPU: others used it, or its sentinels left the range of the other launches.
[[nodiscard]] std::optional<std::string> degraded(std::span<const Telemetry> telemetry, std::string_view device_kind);

// That the device was still warming up or cooling down, with the readings; none when its temperature stayed within
// kSteadyTemperatureC. Both sides of a duet feel it alike, so it is told and forbids nothing.
inline constexpr double kSteadyTemperatureC = 15;
[[nodiscard]] std::optional<std::string> drifted(std::span<const Telemetry> telemetry);

// "cpu" or "cuda"; an unknown device is held to a GPU's rules, the stricter ones.
[[nodiscard]] std::string_view kind_of(const std::optional<Environment>& environment);

// Why a time cannot be true on this device: the bytes do not fit in the caches and would have moved faster than its
// memory can.
[[nodiscard]] std::optional<std::string> impossible(const CaseFacts& facts, double median_ns,
                                                    const Environment& environment);

}  // namespace ratchet
