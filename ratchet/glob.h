// Shell-like patterns over case ids: `*` is any run of characters (also '/'), `?` is one; the whole id must match.
#pragma once

#include <string_view>

namespace ratchet {

[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace ratchet
