// One launch of one case, or of several whose rounds take turns: verify, warm up, time, verify again. Everything that
// can go wrong with a case comes back as a failure in its result; only a fault of the machine or of this program throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "ratchet/run.h"
#include "src/bench/device.h"
#include "src/bench/floor.h"

namespace ratchet::bench {

struct MeasureSettings {
  std::uint64_t warmup = 20;
  std::uint64_t rounds = 101;
  std::uint64_t seed = 1;
  std::uint64_t inputs = 0;  // which draw of them
  std::uint64_t launch = 0;  // decides which side is prepared first
  double tick_ns = 0;        // of the device's timer
  Floor floor = {};          // of the device
  bool find_leaks = false;   // prepares each side twice more, after all else
};

// `sides` is the candidate alone (a run), or baseline and candidate, whose cases have one definition. Of a run the
// launch has candidate times only.
struct Entrant {
  std::vector<Side> sides;
  double handicap_percent = 0;
};

struct Measured {
  std::vector<DuetCase> outcomes;  // in the order of the entrants
  // Right after the last round, while the device is still hot; energy and throttling during the rounds that count. None
  // where nothing was timed.
  std::optional<Telemetry> reading;
};

// A wrong answer of either side stops the case before it is timed. Several entrants, each of one side, are a group: they
// share buffers, each gets one interval in every round, in changing order, and one that fails leaves the group.
// on_step: called before each part of the work, never between intervals, with the number of entrants that it is about.
[[nodiscard]] Measured measure(
    Device& device, std::span<const Entrant> group, const MeasureSettings& settings,
    const std::function<void(std::size_t entrants)>& on_step = [](std::size_t) {});

}  // namespace ratchet::bench
