// Answers requests from the database as it is at that moment: the page, and the documents that the commands print with
// --json. Reads only, through a connection of its own for each request, so that nothing is locked between two of them
// and a file put in the database's place is the next answer. What is wrong is a problem document, never a crash: every
// byte of a request is a stranger's.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/store.h"
#include "ratchet/policy.h"
#include "src/history/line.h"
#include "src/serve/http.h"
#include "src/serve/kept.h"
#include "src/serve/query.h"

namespace ratchet::serve {

// What is served. The functions are called from several threads at once.
struct Source {
  std::filesystem::path database;
  std::filesystem::path repository;
  std::string branch;  // a revision, looked up at each request
  Policy policy;
  std::string tool;
  std::vector<std::string> hosts;                    // names that this server answers to, lower case, without a port
  std::function<std::string()> now;                  // RFC 3339
  std::function<void(const std::string&)> complain;  // what clients are not told
};

class Service;

struct Route {
  std::string_view path;  // what stands in braces at its end is a name
  std::vector<std::string_view> parameters;
  Response (Service::*answer)(const Query&, const std::string& name);
};

class Service {
 public:
  explicit Service(Source source) : source_(std::move(source)) {}

  [[nodiscard]] std::optional<Response> refused(const Request& request) const noexcept;
  [[nodiscard]] Response answer(const Request& request) noexcept;
  [[nodiscard]] static const std::vector<Route>& routes();
  // The headers that every response gets.
  [[nodiscard]] static Response dressed(Response response);

 private:
  Response page(const Query&, const std::string&);
  Response health(const Query&, const std::string&);
  Response open_api(const Query&, const std::string&);
  Response cases(const Query&, const std::string&);
  Response runs(const Query&, const std::string&);
  Response run(const Query&, const std::string& name);
  Response trend(const Query&, const std::string&);
  Response verdicts(const Query&, const std::string&);
  Response verdict(const Query&, const std::string& name);

  Response routed(const Request& request);
  Response explained(const Request& request) noexcept;  // the exception in flight
  [[nodiscard]] db::Store store() const;
  [[nodiscard]] std::shared_ptr<const history::Line> line();
  [[nodiscard]] std::string made_page(const history::Line& line);

  const Source source_;
  Kept page_;
  std::mutex mutex_;  // of the line
  std::string head_;
  std::shared_ptr<const history::Line> line_;
};

}  // namespace ratchet::serve
