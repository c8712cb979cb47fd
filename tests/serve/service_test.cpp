#include "src/serve/service.h"

#include <doctest/doctest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "src/html/page.h"
#include "src/serve/openapi_text.h"
#include "temporary_repository.h"
#include "tests/db/fixture.h"

namespace ratchet::serve {
namespace {

using nlohmann::json;

// A repository of two commits with a run and a verdict of the first, and the service over it.
class Desk {
 public:
  Desk() : service_(source()) {
    repository_.write("a", "1");
    first_ = repository_.commit("first");
    repository_.write("a", "2");
    second_ = repository_.commit("second");
    record("run-0001", first_);
  }

  void record(const std::string& uuid, const std::string& sha) {
    Run run = db::a_run(uuid);
    run.commit.sha = sha;
    run.commit.tree = repository_.git({"rev-parse", sha + "^{tree}"});
    db::Store(database(), db::Mode::ReadWrite).record(db::recording_of(run));
  }

  Response ask(const std::string& path, const Fields& query = {}) {
    return service_.answer({"GET", {"localhost:8417"}, false, path, query});
  }
  json document(const std::string& path, const Fields& query = {}) {
    const Response response = ask(path, query);
    REQUIRE_MESSAGE(response.status == 200, *response.body);
    return json::parse(*response.body);
  }
  std::string refusal(int status, const std::string& path, const Fields& query = {}) {
    const Response response = ask(path, query);
    CHECK_MESSAGE(response.status == status, path, ": ", *response.body);
    CHECK(response.type == "application/problem+json");
    const json problem = json::parse(*response.body);
    CHECK(problem["status"] == status);
    return problem["detail"];
  }

  [[nodiscard]] std::filesystem::path database() const { return repository_.path() / "ratchet.db"; }
  [[nodiscard]] const Service& service() const { return service_; }
  const std::string& second() const { return second_; }
  std::vector<std::string> complaints;

 private:
  Source source() {
    return {database(),
            repository_.path(),
            "HEAD",
            {},
            "ratchet 0",
            {"localhost", "perf.example.org"},
            [] { return std::string("2026-11-26T00:00:00Z"); },
            [this](const std::string& what) { complaints.push_back(what); }};
  }

  TemporaryRepository repository_;
  std::string first_;
  std::string second_;
  Service service_;
};

std::string header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

bool holds(const std::string& text, const std::string& words) {
  const bool found = text.find(words) != std::string::npos;
  if (!found) MESSAGE("the text was: " << text.substr(0, 300));
  return found;
}

}  // namespace

TEST_CASE("service: the API gives the documents that the commands print") {
  Desk desk;
  CHECK(desk.document("/healthz")["status"] == "ok");
  const json cases = desk.document("/api/v1/cases");
  CHECK(cases["format"] == "ratchet.cases/1");
  CHECK(cases["cases"] == json::array({"add/plain/n=1", "copy/plain/n=1"}));
  CHECK(cases["devices"] == json::array({"NVIDIA L4"}));
  CHECK(desk.document("/api/v1/cases", {{"case", "copy/*"}})["cases"].size() == 1);
  const json runs = desk.document("/api/v1/runs");
  CHECK(runs["format"] == "ratchet.log/1");
  CHECK(runs["runs"][0]["uuid"] == "run-0001");
  CHECK(desk.document("/api/v1/runs", {{"since", "2026-01-03"}})["runs"].empty());
  const json run = desk.document("/api/v1/runs/run-");
  CHECK(run["format"] == "ratchet.run/1");
  CHECK(run["measurements"][0]["launches"][0][1] == 101.5);
  const json trend = desk.document("/api/v1/trend", {{"case", "*"}, {"metric", "bandwidth"}});
  CHECK(trend["format"] == "ratchet.trend/1");
  REQUIRE(trend["series"].size() == 2);
  CHECK(trend["series"][0]["unit"] == "GB/s");
  CHECK(desk.document("/api/v1/verdicts")["verdicts"].empty());
  db::VerdictRecord verdict = db::a_verdict("verdict-1");
  db::Store(desk.database(), db::Mode::ReadWrite).record({.run = {}, .summaries = {}, .verdict = verdict, .moves = {}});
  CHECK(desk.document("/api/v1/verdicts", {{"limit", "1"}})["verdicts"][0]["uuid"] == "verdict-1");
  CHECK(*desk.ask("/api/v1/verdicts/verdict-1").body == verdict.document);
}

TEST_CASE("service: who asks for what is not there is told so, with the nearest names") {
  Desk desk;
  CHECK(holds(desk.refusal(404, "/api/v1/trend", {{"case", "copy/plane/n=1"}}), "did you mean \"copy/plain/n=1\"?"));
  CHECK(json::parse(*desk.ask("/api/v1/trend", {{"case", "copy/plane/n=1"}}).body)["nearest"][0] == "copy/plain/n=1");
  CHECK(holds(desk.refusal(404, "/api/v1/runs", {{"device", "NVIDIA L5"}}), "did you mean \"NVIDIA L4\"?"));
  CHECK(holds(desk.refusal(404, "/api/v1/runs/0123"), "/api/v1/runs lists them"));
  CHECK(holds(desk.refusal(404, "/api/v1/verdicts/0123"), "/api/v1/verdicts lists them"));
  for (const char* path : {"", "/api", "/api/v1/runs/", "/api/v1/runs/run-/x", "/API/v1/runs", "//", "/../etc/passwd"})
    CHECK(holds(desk.refusal(404, path), "/api/v1/openapi.json"));
  desk.record("run-0002", desk.second());
  CHECK(holds(desk.refusal(409, "/api/v1/runs/run-"), "run-0002"));
}

TEST_CASE("service: values that are none are refused, and hostile text stays text") {
  Desk desk;
  desk.refusal(400, "/api/v1/runs", {{"limit", "1001"}});
  desk.refusal(400, "/api/v1/runs", {{"since", "yesterday"}});
  desk.refusal(400, "/api/v1/verdicts", {{"until", "2026-13-01"}});
  desk.refusal(400, "/api/v1/trend");
  desk.refusal(400, "/api/v1/trend", {{"case", "*"}, {"metric", "speed"}});
  desk.refusal(400, "/api/v1/trend", {{"case", "*"}, {"all", "maybe"}});
  desk.refusal(400, "/healthz", {{"verbose", "1"}});
  desk.refusal(400, "/api/v1/runs/abc");
  desk.refusal(400, "/api/v1/runs/" + std::string(501, 'a'));
  for (const std::string& hostile :
       {std::string("</script><script>alert(1)</script>"), std::string("\xff\xfe\n\x1b[2J"), std::string("' OR 1=1 --"),
        std::string("%s%n{}"), std::string("[") + std::string(400, '*')}) {
    desk.refusal(404, "/api/v1/trend", {{"case", hostile}});
    desk.refusal(404, "/api/v1/runs/aaaa" + hostile.substr(0, hostile.find('/')));
    desk.refusal(404, "/api/v1/verdicts", {{"device", hostile}});
    desk.refusal(404, "/" + hostile);
  }
  CHECK(desk.complaints.empty());
}

TEST_CASE("service: only its own names, reading methods and requests without a body are answered") {
  Desk desk;
  const auto refused = [&](const char* method, const std::vector<std::string>& hosts, bool has_body = false) {
    const auto response = desk.service().refused({method, hosts, has_body, "/", {}});
    return response ? response->status : 0;
  };
  for (const char* host : {"localhost", "LOCALHOST:80", "perf.example.org", "perf.example.org:8443"})
    CHECK(refused("GET", {host}) == 0);
  for (const char* host : {"", "evil.example", "localhost.evil.example", "127.0.0.1:8417", "[::1]:80",
                           "localhost:80:80", "localhost@evil", ":80", "]"})
    CHECK(refused("GET", {host}) == 421);
  CHECK(refused("GET", {}) == 400);
  CHECK(refused("GET", {"localhost", "evil.example"}) == 400);
  CHECK(refused("HEAD", {"localhost"}) == 0);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", ""})
    CHECK(refused(method, {"localhost"}) == 405);
  CHECK(refused("POST", {"evil.example"}) == 421);
  CHECK(refused("GET", {"localhost"}, true) == 400);
  CHECK(header(*desk.service().refused({"POST", {"localhost"}, false, "/", {}}), "Allow") == "GET, HEAD");
}

TEST_CASE("service: a database that is missing, locked, newer or no database is 503, and it recovers") {
  Desk desk;
  const auto unavailable_at = [&](const std::string& path, const char* words) {
    const Response response = desk.ask(path);
    CHECK(response.status == 503);
    CHECK(holds(*response.body, words));
    CHECK(header(response, "Retry-After") == "2");
    // Where the file lies and what SQLite says is for the log.
    CHECK(response.body->find("ratchet.db") == std::string::npos);
    CHECK(holds(desk.complaints.back(), "ratchet.db"));
  };
  const auto unavailable = [&](const char* words) {
    for (const char* path : {"/healthz", "/api/v1/runs", "/api/v1/verdicts/0000"}) unavailable_at(path, words);
    if (html::has_page()) unavailable_at("/", words);
  };
  {
    db::Connection writer(desk.database(), db::Mode::ReadWrite);
    writer.execute("lock", "BEGIN EXCLUSIVE");
    unavailable_at("/api/v1/runs", "a writer holds the database");
  }
  CHECK(desk.ask("/healthz").status == 200);
  const auto aside = desk.database().string() + ".aside";
  std::filesystem::rename(desk.database(), aside);
  unavailable("there is no database yet");
  std::ofstream(desk.database()) << "this is not SQLite, and long enough to have a header if it were one"
                                 << std::string(999, '.');
  unavailable("the server's log says why");
  std::filesystem::rename(aside, desk.database());
  CHECK(desk.ask("/healthz").status == 200);
  db::Connection(desk.database(), db::Mode::ReadWrite).execute("age", "PRAGMA user_version = 999");
  unavailable("the server's log says why");
  CHECK(holds(desk.complaints.back(), "written by a newer ratchet"));
}

TEST_CASE("service: a database put in the old one's place, and a commit, are the next answer") {
  Desk desk;
  CHECK(desk.document("/api/v1/runs")["runs"].size() == 1);
  const auto copy = desk.database().string() + ".copy";
  std::filesystem::copy_file(desk.database(), copy);
  desk.record("run-0002", desk.second());
  CHECK(desk.document("/api/v1/runs")["runs"].size() == 2);
  CHECK(desk.document("/api/v1/trend", {{"case", "copy/plain/n=1"}})["series"][0]["points"].size() == 2);
  std::filesystem::rename(copy, desk.database());
  CHECK(desk.document("/api/v1/runs")["runs"].size() == 1);
}

TEST_CASE("service: the page is that of the database now, and its policy is in the header too") {
  Desk desk;
  const Response response = desk.ask("/");
  if (!html::has_page()) {
    CHECK(response.status == 501);
    return;
  }
  REQUIRE(response.status == 200);
  CHECK(response.type == "text/html; charset=utf-8");
  CHECK(holds(*response.body, "ratchet.history/1"));
  const std::string policy = header(response, "Content-Security-Policy");
  CHECK(holds(policy, "script-src 'sha256-"));
  CHECK(holds(*response.body, policy.substr(0, policy.find("; frame-ancestors"))));
  CHECK(response.body->find("run-0002") == std::string::npos);
  // Old enough to be kept: then the same text is given, until the file changes.
  const auto past = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(desk.database(), past);
  const auto kept = desk.ask("/").body;
  CHECK(desk.ask("/").body == kept);
  desk.record("run-0002", desk.second());
  CHECK(holds(*desk.ask("/").body, "run-0002"));
}

TEST_CASE("service: every response says that it is not to be guessed at, kept, framed or read by other sites") {
  Desk desk;
  for (const char* path : {"/", "/healthz", "/api/v1/runs", "/nothing"}) {
    const Response response = desk.ask(path);
    CHECK(header(response, "X-Content-Type-Options") == "nosniff");
    CHECK(header(response, "Cache-Control") == "no-store");
    CHECK(header(response, "Cross-Origin-Resource-Policy") == "same-origin");
    CHECK(holds(header(response, "Content-Security-Policy"), "default-src 'none'"));
    CHECK(holds(header(response, "Content-Security-Policy"), "frame-ancestors 'none'"));
    CHECK(header(response, "Access-Control-Allow-Origin").empty());
  }
}

TEST_CASE("service: its routes and their parameters are those of the OpenAPI file") {
  const json api = json::parse(kOpenApi);
  std::set<std::string> described;
  for (const auto& [path, methods] : api["paths"].items()) described.insert(path);
  std::set<std::string> served;
  for (const Route& route : Service::routes()) {
    served.insert(std::string(route.path));
    std::set<std::string> parameters;
    for (const json& parameter : api["paths"][std::string(route.path)]["get"].value("parameters", json::array())) {
      const json of = parameter.contains("$ref")
                          ? api.at(json::json_pointer(parameter["$ref"].get<std::string>().substr(1)))
                          : parameter;
      if (of["in"] == "query") parameters.insert(of["name"]);
    }
    CHECK_MESSAGE(parameters == std::set<std::string>(route.parameters.begin(), route.parameters.end()), route.path);
  }
  CHECK(described == served);
}

TEST_CASE("service: readers do not refuse a recording run, and it does not refuse them") {
  Desk desk;
  std::atomic<bool> done{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const Response response = desk.ask("/api/v1/trend", {{"case", "*"}, {"all", "1"}});
        ++(response.status == 200 ? answered : failed);
      }
    });
  }
  for (int i = 0; i < 30; ++i) desk.record("run-1" + std::to_string(100 + i), desk.second());
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(answered > 0);
  CHECK(failed == 0);
  CHECK(desk.document("/api/v1/runs")["runs"].size() == 31);
}

}  // namespace ratchet::serve
