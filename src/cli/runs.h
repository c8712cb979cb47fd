// Runs by the names that people give them.
#pragma once

#include <string>

#include "src/cli/context.h"

namespace ratchet::cli {

// A run file, a recorded run by its uuid, or the newest run of a commit by any name that git knows. Throws Error.
[[nodiscard]] Run find_run(Context& context, const std::string& name);

}  // namespace ratchet::cli
