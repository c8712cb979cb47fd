#include "src/github/api.h"

#include <doctest/doctest.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "refusal.h"

using namespace ratchet;
using github::Api;
using github::Request;
using github::Response;
using nlohmann::json;

namespace {

// Answers from a script, and keeps what it was asked. An empty script is a fault of the test.
class Script final : public github::Http {
 public:
  Response send(const Request& request, double timeout_s) override {
    requests.push_back(request);
    timeouts_s.push_back(timeout_s);
    REQUIRE_MESSAGE(!answers.empty(), request.method << " " << request.url);
    Response next = answers.front();
    answers.pop_front();
    return next;
  }
  std::deque<Response> answers;
  std::vector<Request> requests;
  std::vector<double> timeouts_s;
};

Response answer(long status, const json& body = json::object()) {
  Response response;
  response.status = status;
  response.body = body.dump();
  return response;
}

json comment(int id, const std::string& body, const std::string& login = "github-actions[bot]",
             const std::string& type = "Bot") {
  return {{"id", id}, {"body", body}, {"user", {{"login", login}, {"type", type}}}};
}

struct Desk {
  Script http;
  double now_s = 0;
  std::vector<double> slept_s;
  Api api{http,
          "https://api.example.org",
          "ann/kernels",
          {[this] { return now_s; },
           [this](double seconds) {
             slept_s.push_back(seconds);
             now_s += seconds;
           }}};
  std::string methods() const {
    std::string text;
    for (const Request& request : http.requests) text += request.method + " ";
    return text;
  }
};

const std::string kMark = "<!-- ratchet:l4 -->";

}  // namespace

TEST_CASE("comment: is made when there is none, and ends in the marker") {
  Desk desk;
  desk.http.answers = {answer(200, json::array({comment(1, "hello")})), answer(201)};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Created);
  CHECK(desk.http.requests.at(1).url == "https://api.example.org/repos/ann/kernels/issues/7/comments");
  CHECK(json::parse(desk.http.requests.at(1).body)["body"] == "text\n" + kMark + "\n");
}

TEST_CASE("comment: is not made for no news") {
  Desk desk;
  desk.http.answers = {answer(200, json::array())};
  CHECK(desk.api.keep_comment(7, "l4", "text", false) == Api::Comment::NotNeeded);
  CHECK(desk.methods() == "GET ");
}

TEST_CASE("comment: is found behind other pages and updated in place, also for no news") {
  Desk desk;
  Response first = answer(200, json::array({comment(1, "a"), comment(2, "b " + kMark + " quoted")}));
  first.next = "https://api.example.org/page2";
  desk.http.answers = {first, answer(200, json::array({comment(9, "old\n" + kMark)})), answer(200)};
  CHECK(desk.api.keep_comment(7, "l4", "text", false) == Api::Comment::Updated);
  CHECK(desk.methods() == "GET GET PATCH ");
  CHECK(desk.http.requests.at(2).url == "https://api.example.org/repos/ann/kernels/issues/comments/9");
}

TEST_CASE("comment: the same text is not sent again") {
  Desk desk;
  desk.http.answers = {answer(200, json::array({comment(9, "text\r\n" + kMark + "\r\n")}))};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Unchanged);
}

TEST_CASE("comment: a person who pastes the marker does not get theirs overwritten") {
  Desk desk;
  desk.http.answers = {answer(200, json::array({comment(9, "mine " + kMark, "eve", "User")})), answer(403),
                       answer(201)};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Created);
  CHECK(desk.http.requests.at(1).url == "https://api.example.org/user");
}

TEST_CASE("comment: with a person's own token, theirs is ours") {
  Desk desk;
  desk.http.answers = {
      answer(200, json::array({comment(8, "x " + kMark, "eve", "User"), comment(9, "y " + kMark, "ann", "User")})),
      answer(200, {{"login", "ann"}}), answer(200)};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Updated);
  CHECK(desk.http.requests.at(2).url.ends_with("/comments/9"));
}

TEST_CASE("comment: after a lost answer the comments are read again before another one is made") {
  Desk desk;
  desk.http.answers = {answer(200, json::array()), answer(502),
                       answer(200, json::array({comment(9, "text\n" + kMark)}))};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Unchanged);
  CHECK(desk.methods() == "GET POST GET ");
}

TEST_CASE("comment: the next page is asked of GitHub only, since the token goes along") {
  Desk desk;
  Response first = answer(200, json::array());
  first.next = "https://evil.example.org/page2";
  desk.http.answers = {first};
  CHECK(contains(refusal([&] { desk.api.keep_comment(7, "l4", "text", true); }), "another address"));
}

TEST_CASE("comment: a missing permission is named, and nothing is tried again") {
  for (const long status : {401L, 403L, 404L}) {
    Desk desk;
    desk.http.answers = {answer(status)};
    CHECK(contains(refusal([&] { desk.api.keep_comment(7, "l4", "text", true); }), "pull-requests: write"));
    CHECK(desk.slept_s.empty());
  }
}

TEST_CASE("retries: four, waiting longer each time, and no more") {
  Desk desk;
  desk.http.answers.assign(5, answer(502));
  CHECK(contains(refusal([&] { desk.api.keep_comment(7, "l4", "text", true); }), "answered 502"));
  CHECK(desk.slept_s == std::vector{0.5, 1.0, 2.0, 4.0});
}

TEST_CASE("retries: Retry-After is kept to, and one beyond the time for all ends it") {
  Desk desk;
  Response busy = answer(429);
  busy.retry_after_s = 9;
  desk.http.answers = {busy, answer(200, json::array()), answer(201)};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Created);
  CHECK(desk.slept_s == std::vector{9.0});
  Desk other;
  busy.retry_after_s = 60;
  other.http.answers = {busy};
  CHECK(contains(refusal([&] { other.api.keep_comment(7, "l4", "text", true); }), "429"));
  CHECK(other.slept_s.empty());
}

TEST_CASE("retries: GitHub's second limit is a 403 that says when to come back, not a missing permission") {
  Desk desk;
  Response busy = answer(403);
  busy.retry_after_s = 1;
  desk.http.answers = {busy, answer(200, json::array()), answer(201)};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Created);
}

TEST_CASE("retries: a limit that names no time is one as well, and no missing permission") {
  Desk desk;
  desk.http.answers.assign(5, answer(403, {{"message", "API rate limit exceeded for installation"}}));
  const std::string why = refusal([&] { desk.api.keep_comment(7, "l4", "text", true); });
  CHECK(contains(why, "answered 403"));
  CHECK_FALSE(contains(why, "permission"));
  CHECK(desk.slept_s.size() == 4);
}

TEST_CASE("retries: no request may take longer than what is left") {
  Desk desk;
  Response busy = answer(503);
  busy.retry_after_s = 25;
  desk.http.answers = {busy, answer(200, json::array()), answer(201)};
  CHECK(desk.api.keep_comment(7, "l4", "text", true) == Api::Comment::Created);
  CHECK(desk.http.timeouts_s.front() == 10);
  CHECK(desk.http.timeouts_s.back() <= 5);
}

TEST_CASE("check run: is not made twice after a lost answer") {
  Desk desk;
  const Api::CheckRun run{"NVIDIA L4", std::string(40, 'a'), "12", "https://x", "failure", "t", "s", {}};
  desk.http.answers = {
      answer(502),
      answer(200, {{"check_runs", json::array({{{"id", 3}, {"name", "NVIDIA L4"}, {"external_id", "12"}}})}})};
  desk.api.report_check(run);
  CHECK(desk.methods() == "POST GET ");
  CHECK(desk.http.requests.at(1).url.ends_with("&check_name=NVIDIA%20L4"));  // a commit may have hundreds of others
  Desk other;
  other.http.answers = {answer(403)};
  CHECK(contains(refusal([&] { other.api.report_check(run); }), "checks: write"));
}

TEST_CASE("pull request: is known by its head's commit, repository and branch, also when the fork is gone") {
  Desk desk;
  desk.http.answers = {answer(200, {{"head", {{"sha", "a"}, {"ref", "b"}, {"repo", {{"full_name", "eve/kernels"}}}}}}),
                       answer(200, {{"head", {{"sha", "a"}, {"ref", "b"}, {"repo", nullptr}}}})};
  CHECK(desk.api.pull_request(7).from == "eve/kernels");
  const Api::PullRequest gone = desk.api.pull_request(7);
  CHECK(gone.from.empty());
  CHECK(gone.from_branch == "b");
}

TEST_CASE("token: does not travel in the clear, but to this machine") {
  Script http;
  const auto at = [&](const char* url) {
    return refusal([&] { Api(http, url, "ann/kernels", github::steady_clock()); });
  };
  CHECK(contains(at("http://ghe.example.org/api/v3"), "not https"));
  CHECK(contains(at("http://127.0.0.1.example.org"), "not https"));
  CHECK(at("http://127.0.0.1:8080") == "(nothing was refused)");
  CHECK(at("https://ghe.example.org/api/v3") == "(nothing was refused)");
}

TEST_CASE("link: the next page is read whatever its place") {
  CHECK(github::next_page("<https://a/1>; rel=\"prev\", <https://a/3>; rel=\"next\"") == "https://a/3");
  CHECK(github::next_page("<https://a/3>; rel=\"next\", <https://a/9>; rel=\"last\"") == "https://a/3");
  CHECK(github::next_page("<https://a/1>; rel=\"prev\"").empty());
  CHECK(github::next_page("").empty());
  CHECK(github::next_page("<").empty());
}

TEST_CASE("name: cannot end the marker that it is in") {
  CHECK(github::is_name("NVIDIA L4 (main)"));
  for (const char* bad : {"", "a--b", "a>b", "a\nb", "<b>"}) CHECK_FALSE(github::is_name(bad));
}
