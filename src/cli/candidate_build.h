// Builds what is to be measured, in the work tree.
#pragma once

#include "src/cli/context.h"

namespace ratchet::cli {

// Runs "build" of ratchet.json where there is one; its output goes to the log. Error when it fails.
void build_candidate(Context& context);

}  // namespace ratchet::cli
