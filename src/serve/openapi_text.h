// openapi.json of this folder, put into the program when it is built.
#pragma once

#include <string_view>

namespace ratchet::serve {

extern const std::string_view kOpenApi;

}  // namespace ratchet::serve
