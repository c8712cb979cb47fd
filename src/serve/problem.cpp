#include "src/serve/problem.h"

#include <nlohmann/json.hpp>

namespace ratchet::serve {
namespace {

const char* title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 421:
      return "Misdirected Request";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

Response problem(int status, const std::string& detail, const std::vector<std::string>& nearest) {
  nlohmann::ordered_json json = {
      {"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"detail", detail}};
  if (!nearest.empty()) json["nearest"] = nearest;
  // What was asked for stands in the text: bytes that are not UTF-8 become U+FFFD.
  std::string text = json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  Response response{status, "application/problem+json", std::make_shared<const std::string>(std::move(text)), {}};
  if (status == 503) response.headers.emplace_back("Retry-After", "2");
  if (status == 405) response.headers.emplace_back("Allow", "GET, HEAD");
  return response;
}

}  // namespace ratchet::serve
