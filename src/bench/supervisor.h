// The part of ratchet-bench that must not die: it starts workers, asks them for one case at a time, and turns their
// deaths and silences into failures of the case at hand. It never loads a module and never touches the device.
#pragma once

#include <string>

#include "src/bench/interruption.h"
#include "src/bench/options.h"

namespace ratchet::bench {

// The whole document for standard output. Throws Error or Interrupted.
[[nodiscard]] std::string supervise(const Options& options, const Interruption& interruption);

}  // namespace ratchet::bench
