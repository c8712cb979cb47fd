// `ratchet report --html FILE`: the history of this line as one page.
#pragma once

#include "src/cli/command.h"

namespace ratchet::cli {

int write_page(Context& context, const po::variables_map& values);

}  // namespace ratchet::cli
