#include "src/github/event.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "refusal.h"
#include "temporary_folder.h"

using namespace ratchet;
using github::Event;
using github::EventKind;
using github::Job;
using nlohmann::json;

namespace {

const std::string kHead(40, 'a');
const std::string kBase(40, 'b');

json repository() { return {{"full_name", "ann/kernels"}, {"default_branch", "main"}}; }

json pull_request() {
  return {{"repository", repository()},
          {"pull_request",
           {{"number", 7},
            {"head", {{"sha", kHead}, {"ref", "x`$(id)`"}, {"repo", {{"full_name", "ann/kernels"}}}}},
            {"base", {{"sha", kBase}, {"repo", repository()}}}}}};
}

class Desk {
 public:
  Desk() {
    variables = {{"GITHUB_EVENT_NAME", "pull_request"},
                 {"GITHUB_EVENT_PATH", (folder / "event.json").string()},
                 {"GITHUB_REPOSITORY", "ann/kernels"},
                 {"GITHUB_SHA", kHead},
                 {"GITHUB_RUN_ID", "12"}};
  }
  Job job() {
    return github::read_job([&](const char* name) { return variables.contains(name) ? variables[name] : ""; });
  }
  Event read(const std::string& name, const std::string& text) {
    variables["GITHUB_EVENT_NAME"] = name;
    std::ofstream(folder / "event.json") << text;
    return github::read_event(job());
  }
  Event read(const std::string& name, const json& event) { return read(name, event.dump()); }

  TemporaryFolder folder;
  std::map<std::string, std::string> variables;
};

}  // namespace

TEST_CASE("event: a pull request is where it comes from and where its checks are shown") {
  Desk desk;
  const Event event = desk.read("pull_request", pull_request());
  CHECK(event.kind == EventKind::PullRequest);
  CHECK(event.number == 7);
  CHECK(event.head_sha == kHead);
  CHECK(event.default_branch == "main");
  CHECK_FALSE(event.fork);
}

TEST_CASE("event: another repository is a fork, and so is one that is gone") {
  Desk desk;
  json event = pull_request();
  event["pull_request"]["head"]["repo"]["full_name"] = "eve/kernels";
  CHECK(desk.read("pull_request", event).fork);
  event["pull_request"]["head"]["repo"] = nullptr;
  CHECK(desk.read("pull_request", event).fork);
}

TEST_CASE("event: merge group, push and workflow run") {
  Desk desk;
  const Event group = desk.read(
      "merge_group", json{{"repository", repository()}, {"merge_group", {{"head_sha", kHead}, {"base_sha", kBase}}}});
  CHECK(group.kind == EventKind::MergeGroup);
  CHECK(group.base_sha == kBase);
  const Event push =
      desk.read("push", json{{"repository", repository()}, {"after", kHead}, {"ref", "refs/heads/feature/x"}});
  CHECK(push.kind == EventKind::Push);
  CHECK(push.branch == "feature/x");
  const Event run = desk.read("workflow_run", json{{"repository", repository()},
                                                   {"workflow_run",
                                                    {{"id", 5},
                                                     {"event", "pull_request"},
                                                     {"head_sha", kHead},
                                                     {"head_branch", "patch-1"},
                                                     {"head_repository", {{"full_name", "eve/kernels"}}}}}});
  CHECK(run.run_id == 5);
  CHECK(run.from == "eve/kernels");
  CHECK(run.from_branch == "patch-1");
  CHECK(run.fork);
}

TEST_CASE("event: what is missing or malformed is named") {
  Desk desk;
  CHECK(contains(refusal([&] { desk.job(), (void)github::read_event(desk.job()); }), "event.json"));
  CHECK(contains(refusal([&] { (void)desk.read("pull_request", std::string("{\"a\":")); }), "not valid JSON"));
  CHECK(contains(refusal([&] { (void)desk.read("pull_request", std::string("[]")); }), "event.json"));
  json event = pull_request();
  event["pull_request"].erase("head");
  CHECK(contains(refusal([&] { (void)desk.read("pull_request", event); }), "pull_request"));
  event = pull_request();
  event["pull_request"]["head"]["sha"] = "HEAD; rm -rf /";
  CHECK(contains(refusal([&] { (void)desk.read("pull_request", event); }), "40 lower-case hex digits"));
  desk.variables.erase("GITHUB_EVENT_PATH");
  CHECK(contains(refusal([&] { (void)desk.job(); }), "ratchet check"));
}

TEST_CASE("event: two default branches are one too many") {
  Desk desk;
  json event = pull_request();
  event["pull_request"]["base"]["repo"]["default_branch"] = "master";
  const std::string why = refusal([&] { (void)desk.read("pull_request", event); });
  CHECK(contains(why, "two default branches, \"main\" and \"master\""));
}

TEST_CASE("event: of another repository, of another kind, or with a stranger's rights it is refused") {
  Desk desk;
  json event = pull_request();
  event["repository"]["full_name"] = "eve/kernels";
  CHECK(contains(refusal([&] { (void)desk.read("pull_request", event); }), "another repository"));
  CHECK(contains(refusal([&] { (void)desk.read("pull_request_target", pull_request()); }), "workflow_run"));
  CHECK(contains(refusal([&] { (void)desk.read("schedule", pull_request()); }), "merge_group"));
  CHECK(
      contains(refusal([&] {
                 (void)desk.read("push", json{{"repository", repository()}, {"after", kHead}, {"ref", "refs/tags/v1"}});
               }),
               "no branch"));
}

TEST_CASE("job: an address or a repository that is none is refused") {
  Desk desk;
  desk.variables["GITHUB_API_URL"] = "https://ghe.example.org/api/v3/";
  CHECK(desk.job().api_url == "https://ghe.example.org/api/v3");
  for (const char* bad : {"ftp://x", "https://x y", "https://x\"onclick", "javascript:alert(1)"}) {
    desk.variables["GITHUB_API_URL"] = bad;
    CHECK(contains(refusal([&] { (void)desk.job(); }), "no web address"));
  }
  desk.variables.erase("GITHUB_API_URL");
  for (const char* bad : {"", "ann", "ann/", "../x", "ann/kernels/x", "ann/a b"}) {
    desk.variables["GITHUB_REPOSITORY"] = bad;
    CHECK(contains(refusal([&] { (void)desk.job(); }), "owner/name"));
  }
  desk.variables["GITHUB_REPOSITORY"] = "ann/kernels";
  CHECK(github::job_address(desk.job()) == "https://github.com/ann/kernels/actions/runs/12");
}
