// One HTTP exchange with GitHub's API. Behind an interface because tests answer in GitHub's place, and because the
// program is also built without libcurl. The token goes into a header and nowhere else: not into arguments, messages,
// documents, or an address that GitHub was not asked at.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace ratchet::github {

struct Request {
  std::string method;  // GET, POST or PATCH
  std::string url;
  std::string body = {};  // JSON; "" for GET
  std::string accept = "application/vnd.github+json";
};

struct Response {
  long status = 0;  // 0: none came
  std::string body;
  std::string next;                     // address of the next page; "" on the last one
  std::optional<double> retry_after_s;  // as the server asks
  std::string fault;                    // why none came
};

class Http {
 public:
  virtual ~Http() = default;
  // Never throws but Interrupted: a fault is an answer. timeout_s is for all of it, however slowly bytes come in.
  [[nodiscard]] virtual Response send(const Request& request, double timeout_s) = 0;
};

// None where the program was built without libcurl.
[[nodiscard]] std::unique_ptr<Http> make_http(const std::string& token);

// The value of a Link header's rel="next"; "" when there is none.
[[nodiscard]] std::string next_page(const std::string& link_header);

}  // namespace ratchet::github
