// The program `ratchet` without its process: arguments and streams in, exit code out. main and the tests call it.
#pragma once

#include <string>
#include <vector>

#include "src/cli/context.h"

namespace ratchet::cli {

// arguments without the program's name. Never throws: faults are one line on err and exit code 2.
int run(const std::vector<std::string>& arguments, Streams streams);

}  // namespace ratchet::cli
