// The process that dares to load modules and touch the device. It answers the supervisor over a Channel, one case or
// group at a time, and may die at any moment: nothing that must survive lives here.
#pragma once

#include "src/bench/channel.h"
#include "src/bench/options.h"

namespace ratchet::bench {

// Describes the modules and the device, then measures, or compares, what it is asked for until the other end is gone or an error
// leaves the device unusable (the last document says so, and the process must end). Faults are sent, never thrown.
void serve(const Options& options, Channel& channel) noexcept;

}  // namespace ratchet::bench
