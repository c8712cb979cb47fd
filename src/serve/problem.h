// What went wrong, as a response: a problem document of RFC 9457, whatever was asked for.
#pragma once

#include <string>
#include <vector>

#include "src/serve/http.h"

namespace ratchet::serve {

// nearest: names that were probably meant. 503 comes with Retry-After, 405 with Allow.
[[nodiscard]] Response problem(int status, const std::string& detail, const std::vector<std::string>& nearest = {});

}  // namespace ratchet::serve
