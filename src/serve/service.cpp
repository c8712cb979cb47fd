#include "src/serve/service.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <ctime>

#include "src/documents/documents.h"
#include "src/executor/interrupt.h"
#include "src/history/series.h"
#include "src/html/gathered.h"
#include "src/html/page.h"
#include "src/report/history_report.h"
#include "src/report/trend_report.h"
#include "src/repository/git.h"
#include "src/serve/openapi_text.h"
#include "src/serve/problem.h"

namespace ratchet::serve {
namespace {

// A commit locks readers out for a moment; whoever holds the file longer than this is no reason to let clients hang.
constexpr std::chrono::milliseconds kPatienceOfReaders{1000};
constexpr std::uint64_t kListed = 100;
constexpr std::uint64_t kMostListed = 1000;
constexpr std::uint64_t kMostPoints = 5000;  // of one case
constexpr std::size_t kMostCases = 50;       // in one trend: 5,000 points of each are about 150 MB
constexpr std::size_t kShortestName = 4;

Response json(std::string text) {
  return {200, "application/json", std::make_shared<std::string>(std::move(text)), {}};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Without the port: "name:80", "[::1]:80".
std::string name_of(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  const bool port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  return lower(port ? host.substr(0, colon) : host);
}

// What stands in the place of the braces; none when the path is another.
std::optional<std::string> matched(std::string_view route, const std::string& path) {
  const std::size_t brace = route.find('{');
  if (brace == std::string_view::npos) return path == route ? std::optional<std::string>("") : std::nullopt;
  if (!path.starts_with(route.substr(0, brace))) return std::nullopt;
  const std::string name = path.substr(brace);
  return name.empty() || name.find('/') != std::string::npos ? std::nullopt : std::optional(name);
}

void require_name(const std::string& name) {
  if (name.size() < kShortestName || name.size() > kMaxText)
    throw BadRequest("a name has at least four digits: those that a uuid begins with, or a commit");
}

db::HistoryFilter filter_of(const Query& query, std::uint64_t otherwise, std::uint64_t most) {
  db::HistoryFilter filter;
  filter.device_name = query.text("device");
  filter.since = history::since(query.text("since"));
  filter.until = history::until(query.text("until"));
  filter.limit = query.count("limit", otherwise, most);
  return filter;
}

history::Metric metric_of(const Query& query) {
  const std::string word = query.text("metric");
  try {
    return word.empty() ? history::Metric::Latency : history::metric_from(word);
  } catch (const Error& error) {
    throw BadRequest(error.what());
  }
}

// Names a state of the file. A commit writes its first page, so the time moves; "" when that is so new that a second
// commit could have left the same, as git treats its index.
std::string state_of(const std::filesystem::path& file) {
  struct stat of {};
  if (::stat(file.c_str(), &of) != 0 || std::time(nullptr) - of.st_mtim.tv_sec < 2) return "";
  std::string state;
  for (const long long part :
       {static_cast<long long>(of.st_dev), static_cast<long long>(of.st_ino), static_cast<long long>(of.st_size),
        static_cast<long long>(of.st_mtim.tv_sec), static_cast<long long>(of.st_mtim.tv_nsec)})
    state += std::to_string(part) + " ";
  return state;
}

}  // namespace

const std::vector<Route>& Service::routes() {
  static const std::vector<Route> routes{
      {"/", {}, &Service::page},
      {"/healthz", {}, &Service::health},
      {"/api/v1/openapi.json", {}, &Service::open_api},
      {"/api/v1/cases", {"case"}, &Service::cases},
      {"/api/v1/runs", {"device", "since", "until", "limit"}, &Service::runs},
      {"/api/v1/runs/{run}", {}, &Service::run},
      {"/api/v1/trend", {"case", "metric", "device", "since", "until", "limit", "all"}, &Service::trend},
      {"/api/v1/verdicts", {"device", "since", "until", "limit"}, &Service::verdicts},
      {"/api/v1/verdicts/{verdict}", {}, &Service::verdict}};
  return routes;
}

Response Service::dressed(Response response) {
  const auto has_policy = std::any_of(response.headers.begin(), response.headers.end(),
                                      [](const auto& header) { return header.first == "Content-Security-Policy"; });
  if (!has_policy)
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

// The name comes first: a page of another site whose name was turned to this address (DNS rebinding) learns nothing.
std::optional<Response> Service::refused(const Request& request) const noexcept {
  if (request.hosts.size() != 1) return dressed(problem(400, "a request names one host"));
  const std::string host = name_of(request.hosts.front());
  if (std::find(source_.hosts.begin(), source_.hosts.end(), host) == source_.hosts.end())
    return dressed(
        problem(421, "this server does not answer to the name \"" + host + "\"; `ratchet serve --host` adds one"));
  if (request.method != "GET" && request.method != "HEAD") return dressed(problem(405, "this server only reads"));
  if (request.has_body) return dressed(problem(400, "this server takes no body"));
  return std::nullopt;
}

Response Service::answer(const Request& request) noexcept {
  try {
    return dressed(routed(request));
  } catch (...) {
    return dressed(explained(request));
  }
}

Response Service::routed(const Request& request) {
  if (executor::interrupt_signal() != 0) throw executor::Interrupted(executor::interrupt_signal());
  for (const Route& route : routes()) {
    const auto name = matched(route.path, request.path);
    if (name) return (this->*route.answer)(Query(request.query, route.parameters), *name);
  }
  return problem(404, "there is nothing here; /api/v1/openapi.json lists what there is");
}

// Paths and the words of other programs are for the log: clients learn what they can do about it.
Response Service::explained(const Request& request) noexcept {
  const auto hidden = [&](int status, const std::string& told, const char* what) {
    source_.complain(request.path + ": " + what);
    return problem(status, told);
  };
  try {
    throw;
  } catch (const BadRequest& error) {
    return problem(400, error.what());
  } catch (const db::BadTime& error) {
    return problem(400, error.what());
  } catch (const history::Unknown& error) {
    return problem(404, error.what(), error.nearest());
  } catch (const db::Ambiguous& error) {
    return problem(409, error.what());
  } catch (const executor::Interrupted&) {
    return problem(503, "the server is about to stop");
  } catch (const db::Busy& error) {
    return hidden(503, "a writer holds the database; ask again in a moment", error.what());
  } catch (const db::NoDatabase& error) {
    return hidden(503, "there is no database yet; the first `ratchet record` makes it", error.what());
  } catch (const Error& error) {
    return hidden(503, "the history cannot be read now; the server's log says why", error.what());
  } catch (const std::exception& error) {
    return hidden(500, "this is a fault of ratchet; the server's log has more", error.what());
  }
}

db::Store Service::store() const { return {source_.database, db::Mode::ReadOnly, kPatienceOfReaders}; }

// Walked again when the branch moved. In a shallow clone always, since more may come in behind the same commit.
std::shared_ptr<const history::Line> Service::line() {
  const std::string head = repository::resolve(source_.repository, source_.branch).sha;
  {
    const std::lock_guard lock(mutex_);
    if (line_ && head == head_ && !line_->cut_off) return line_;
  }
  auto line = std::make_shared<const history::Line>(history::line_of(source_.repository, head));
  const std::lock_guard lock(mutex_);
  head_ = head;
  line_ = line;
  return line;
}

std::string Service::made_page(const history::Line& line) {
  db::Store open = store();
  documents::HistoryDocument document = html::gathered(open, line, source_.policy);
  document.tool = source_.tool;
  document.made_at = source_.now();
  document.repository = source_.repository.filename().string();
  return html::page_of(document);
}

Response Service::page(const Query&, const std::string&) {
  if (!html::has_page())
    return problem(501, "this ratchet was built without the page; /api/v1/openapi.json lists the rest");
  const std::string state = state_of(source_.database);
  const auto of = line();
  if (state.empty()) static_cast<void>(store());  // says what is wrong before an older page is given
  const std::string from = state.empty() || of->cut_off ? "" : state + of->newest_first.front();
  return {200,
          "text/html; charset=utf-8",
          page_.text(from, [&] { return made_page(*of); }),
          {{"Content-Security-Policy", html::page_policy() + "; frame-ancestors 'none'"}}};
}

Response Service::health(const Query&, const std::string&) {
  static_cast<void>(store());
  return json("{\"format\": \"ratchet.health/1\", \"status\": \"ok\"}\n");
}

Response Service::open_api(const Query&, const std::string&) { return json(std::string(kOpenApi)); }

Response Service::cases(const Query& query, const std::string&) {
  db::Store open = store();
  const std::string glob = query.text("case");
  return json(
      report::cases_json(glob.empty() ? open.case_names() : history::cases_matching(open, glob), open.device_names()));
}

Response Service::runs(const Query& query, const std::string&) {
  db::Store open = store();
  const db::HistoryFilter filter = filter_of(query, kListed, kMostListed);
  history::require_device(open, filter.device_name);
  return json(report::runs_json(open.runs(filter)));
}

Response Service::run(const Query&, const std::string& name) {
  require_name(name);
  const auto found = store().find_run(name);
  if (!found) return problem(404, "no run is recorded under \"" + name + "\"; /api/v1/runs lists them");
  return json(documents::write(*found));
}

Response Service::trend(const Query& query, const std::string&) {
  const db::HistoryFilter filter = filter_of(query, kMostPoints, kMostPoints);
  const history::Metric metric = metric_of(query);
  const std::string glob = query.required("case");
  const bool all = query.flag("all");
  db::Store open = store();
  history::require_device(open, filter.device_name);
  const std::vector<std::string> chosen = history::cases_matching(open, glob);
  if (chosen.size() > kMostCases)
    throw BadRequest("\"" + glob + "\" matches " + std::to_string(chosen.size()) +
                     " cases, and one answer has at most " + std::to_string(kMostCases));
  const auto of = all ? std::make_shared<const history::Line>() : line();
  const history::Found found =
      history::series_of(open, history::recorded(open, chosen, filter), metric, *of, source_.policy);
  return json(report::trend_json(found.series));
}

Response Service::verdicts(const Query& query, const std::string&) {
  db::Store open = store();
  const db::HistoryFilter filter = filter_of(query, kListed, kMostListed);
  history::require_device(open, filter.device_name);
  return json(report::verdicts_json(open.verdicts(filter)));
}

Response Service::verdict(const Query&, const std::string& name) {
  require_name(name);
  auto found = store().verdict(name);
  if (!found) return problem(404, "no verdict is recorded under \"" + name + "\"; /api/v1/verdicts lists them");
  return json(std::move(found->document));
}

}  // namespace ratchet::serve
