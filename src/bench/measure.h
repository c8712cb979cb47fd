// One launch of one case: verify, warm up, time in rounds, verify again. Everything that can go wrong with the case
// comes back as a failure in the result; only a fault of the machine or of this program throws.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ratchet/run.h"
#include "src/bench/device.h"
#include "src/bench/floor.h"

namespace ratchet::bench {

struct MeasureSettings {
  std::uint64_t warmup = 20;
  std::uint64_t rounds = 101;
  std::uint64_t seed = 1;
  std::uint64_t inputs = 0;  // which draw of them
  double tick_ns = 0;  // of the device's timer
  Floor floor = {};    // of the device
  double handicap_percent = 0;
  bool find_leaks = false;  // prepares each side twice more, after all else
};

struct Measured {
  DuetCase outcome;
  // Right after the last round, while the device is still hot; energy and throttling during the rounds that count. None
  // of a case that was not timed.
  std::optional<Telemetry> reading;
};

// `sides` is the candidate alone (a run), or baseline and candidate, whose cases have one definition. Of a run the
// launch has candidate times only. A wrong answer of either side stops the case before it is timed.
[[nodiscard]] Measured measure(Device& device, std::span<const Side> sides, const MeasureSettings& settings);

}  // namespace ratchet::bench
