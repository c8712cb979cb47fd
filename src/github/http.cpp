#include "src/github/http.h"

namespace ratchet::github {

std::string next_page(const std::string& header) {
  for (std::size_t at = header.find('<'); at != std::string::npos; at = header.find('<', at + 1)) {
    const std::size_t end = header.find('>', at);
    if (end == std::string::npos) return "";
    const std::size_t following = header.find('<', end);
    const std::string parameters = header.substr(end, following == std::string::npos ? following : following - end);
    if (parameters.find("rel=\"next\"") != std::string::npos) return header.substr(at + 1, end - at - 1);
  }
  return "";
}

}  // namespace ratchet::github
