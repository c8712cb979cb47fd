#include "src/github/http.h"

namespace ratchet::github {

std::unique_ptr<Http> make_http(const std::string&) { return nullptr; }

}  // namespace ratchet::github
