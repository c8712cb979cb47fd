// Whether both sides of a case put the same work on the device. Nothing is timed, nothing is verified: an answer "not
// the same" only means that the case must be measured, and the measurement says what is wrong with it.
#pragma once

#include "src/bench/device.h"
#include "src/documents/documents.h"

namespace ratchet::bench {

// Both cases have one definition, and so one list of buffers. What goes wrong with the case comes back as its `why`.
[[nodiscard]] documents::CallComparison compare_calls(Device& device, const Side& baseline, const Side& candidate);

}  // namespace ratchet::bench
