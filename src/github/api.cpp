#include "src/github/api.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <thread>

#include "ratchet/error.h"
#include "src/documents/node.h"
#include "src/executor/interrupt.h"

namespace ratchet::github {
namespace {

using documents::Json;
using documents::Node;

constexpr int kRetries = 4;
constexpr double kActionS = 30;
constexpr double kRequestS = 10;
constexpr int kMaxPages = 100;

bool may_pass(const Response& response) {
  const bool limited =
      response.status == 403 && (response.retry_after_s || response.body.find("rate limit") != std::string::npos);
  return response.status == 0 || response.status == 429 || response.status >= 500 || limited;
}

bool is_success(const Response& response) { return response.status >= 200 && response.status < 300; }

bool is_clear(const std::string& url) {
  const auto is_here = [&](const char* host) {
    const std::string start = std::string("http://") + host;
    return url.starts_with(start + ":") || url.starts_with(start + "/") || url == start;
  };
  return url.starts_with("http://") && !is_here("127.0.0.1") && !is_here("localhost");
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string trimmed(std::string text) {
  std::erase(text, '\r');
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text;
}

// Of a name as is_name() has it; nothing else in one means anything in an address.
std::string in_address(std::string name) {
  for (std::size_t at = name.find(' '); at != std::string::npos; at = name.find(' ', at)) name.replace(at, 1, "%20");
  return name;
}

std::string optional_text(const Node& object, const char* key) {
  const auto node = object.find(key);
  return node ? node->text() : "";
}

Json check_json(const Api::CheckRun& run) {
  constexpr std::size_t kMostNotes = 50;
  Json notes = Json::array();
  for (const Api::Note& note : run.notes) {
    if (note.path.empty() || note.line == 0 || notes.size() == kMostNotes) continue;
    notes.push_back({{"path", note.path},
                     {"start_line", note.line},
                     {"end_line", note.line},
                     {"annotation_level", note.failure ? "failure" : "warning"},
                     {"title", note.title},
                     {"message", note.message}});
  }
  return {{"name", run.name},
          {"head_sha", run.head_sha},
          {"external_id", run.external_id},
          {"details_url", run.details_url},
          {"status", "completed"},
          {"conclusion", run.conclusion},
          {"output", {{"title", run.title}, {"summary", run.summary}, {"annotations", std::move(notes)}}}};
}

}  // namespace

// What one action may still do.
class Api::Attempts {
 public:
  explicit Attempts(const Clock& clock) : clock_(clock), end_s_(clock.now_s() + kActionS) {}

  [[nodiscard]] double timeout_s() const { return std::clamp(end_s_ - clock_.now_s(), 0.1, kRequestS); }

  // Waits as long as the server asks; false when it may not be tried again.
  [[nodiscard]] bool again(const Response& response) {
    if (!may_pass(response) || tried_ == kRetries) return false;
    const double wait_s = std::max(response.retry_after_s.value_or(0), 0.5 * std::pow(2, tried_));
    if (clock_.now_s() + wait_s >= end_s_) return false;
    ++tried_;
    clock_.sleep(wait_s);
    return true;
  }

 private:
  const Clock& clock_;
  double end_s_;
  int tried_ = 0;
};

struct Api::Found {
  std::uint64_t id = 0;  // 0: there is none
  std::string body;
};

Clock steady_clock() {
  using Seconds = std::chrono::duration<double>;
  const auto now_s = [] { return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  const auto sleep = [now_s](double seconds) {
    constexpr std::chrono::milliseconds kTick{50};
    for (const double end = now_s() + seconds; now_s() < end; std::this_thread::sleep_for(kTick)) {
      if (executor::interrupt_signal() != 0) throw executor::Interrupted(executor::interrupt_signal());
    }
  };
  return {now_s, sleep};
}

Api::Api(Http& http, std::string url, std::string repository, Clock clock)
    : http_(http), url_(std::move(url)), repository_(std::move(repository)), clock_(std::move(clock)) {
  if (is_clear(url_)) throw Error("GITHUB_API_URL is not https: the token is not sent in the clear");
}

Response Api::once(Attempts& attempts, const Request& request) { return http_.send(request, attempts.timeout_s()); }

Response Api::ask(Attempts& attempts, const Request& request) {
  for (;;) {
    Response response = once(attempts, request);
    if (!attempts.again(response)) return response;
  }
}

// GitHub answers 404 as well where a token may not see what it asks for.
void Api::require(const Response& response, std::string_view what, std::string_view permission) const {
  if (is_success(response)) return;
  const std::string action(what);
  if (response.status == 0) throw Error("cannot " + action + ": GitHub did not answer: " + response.fault);
  std::string why = "GitHub answered " + std::to_string(response.status);
  if (!may_pass(response) && (response.status == 401 || response.status == 403 || response.status == 404))
    why += ": the token lacks a permission; give the job `permissions: " + std::string(permission) +
           "` (pull requests of forks and of Dependabot never have it)";
  throw Error("cannot " + action + ": " + why);
}

bool Api::is_mine(Attempts& attempts, const std::string& login, const std::string& type) {
  if (type == "Bot") return true;
  if (me_.empty()) {  // a person's own token; that of a job may not ask, and is a bot's
    const Response response = ask(attempts, {.method = "GET", .url = url_ + "/user"});
    me_ = "?";  // no login has it
    if (is_success(response)) {
      const Json json = documents::parse(response.body, "GitHub's user");
      me_ = Node(json, "GitHub's user").at("login").text();
    }
  }
  return login == me_;
}

Api::Found Api::find_comment(Attempts& attempts, std::uint64_t number, const std::string& mark) {
  std::string page = at("/issues/" + std::to_string(number) + "/comments?per_page=100");
  Found found;
  for (int i = 0; !page.empty() && i < kMaxPages; ++i) {
    if (!page.starts_with(url_ + "/")) throw Error("cannot read the comments: GitHub's next page is another address");
    const Response response = ask(attempts, {.method = "GET", .url = page});
    require(response, "read the comments of the pull request", "pull-requests: write");
    const Json json = documents::parse(response.body, "GitHub's comments");
    const Node list(json, "GitHub's comments");
    for (std::size_t at = 0; at < list.size(); ++at) {
      const Node comment = list.item(at);
      const std::string body = optional_text(comment, "body");
      const auto user = comment.find("user");
      if (found.id != 0 || !user || !trimmed(body).ends_with(mark)) continue;
      if (is_mine(attempts, user->at("login").text(), optional_text(*user, "type")))
        found = {comment.at("id").count(), body};
    }
    page = found.id != 0 ? "" : response.next;
  }
  return found;
}

Api::Comment Api::keep_comment(std::uint64_t number, const std::string& name, const std::string& markdown,
                               bool create) {
  const std::string mark = marker(name);
  const std::string body = markdown + "\n" + mark + "\n";
  const std::string text = dump({{"body", body}});
  Attempts attempts(clock_);
  // A lost answer may have been a success: before another comment is made, the first one is looked for.
  for (;;) {
    const Found found = find_comment(attempts, number, mark);
    if (found.id != 0 && trimmed(found.body) == trimmed(body)) return Comment::Unchanged;
    if (found.id != 0) {
      const Request patch{.method = "PATCH", .url = at("/issues/comments/" + std::to_string(found.id)), .body = text};
      require(ask(attempts, patch), "update the comment", "pull-requests: write");
      return Comment::Updated;
    }
    if (!create) return Comment::NotNeeded;
    const Response response =
        once(attempts, {.method = "POST", .url = at("/issues/" + std::to_string(number) + "/comments"), .body = text});
    if (is_success(response)) return Comment::Created;
    if (!attempts.again(response)) require(response, "comment on the pull request", "pull-requests: write");
  }
}

std::uint64_t Api::find_check(Attempts& attempts, const CheckRun& run) {
  const Response response =
      ask(attempts, {.method = "GET",
                     .url = at("/commits/" + run.head_sha +
                               "/check-runs?per_page=100&filter=all&check_name=" + in_address(run.name))});
  require(response, "read the check runs", "checks: write");
  const Json json = documents::parse(response.body, "GitHub's check runs");
  const Node list = Node(json, "GitHub's check runs").at("check_runs");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node one = list.item(i);
    if (one.at("name").text() == run.name && optional_text(one, "external_id") == run.external_id)
      return one.at("id").count();
  }
  return 0;
}

void Api::report_check(const CheckRun& run) {
  const std::string text = dump(check_json(run));
  Attempts attempts(clock_);
  for (;;) {
    const Response response = once(attempts, {.method = "POST", .url = at("/check-runs"), .body = text});
    if (is_success(response)) return;
    if (!attempts.again(response)) require(response, "report the check", "checks: write");
    if (find_check(attempts, run) != 0) return;  // it was made, and only the answer was lost
  }
}

Api::PullRequest Api::pull_request(std::uint64_t number) {
  Attempts attempts(clock_);
  const Response response = ask(attempts, {.method = "GET", .url = at("/pulls/" + std::to_string(number))});
  require(response, "read the pull request", "pull-requests: read");
  const Json json = documents::parse(response.body, "GitHub's pull request");
  const Node head = Node(json, "GitHub's pull request").at("head");
  const auto from = head.find("repo");
  return {head.at("sha").text(), from ? from->at("full_name").text() : "", head.at("ref").text()};
}

std::optional<std::string> Api::file(const std::string& path, const std::string& sha) {
  Attempts attempts(clock_);
  const Response response =
      ask(attempts, {"GET", at("/contents/" + path + "?ref=" + sha), "", "application/vnd.github.raw+json"});
  if (response.status == 404) return std::nullopt;
  require(response, "read " + path, "contents: read");
  return response.body;
}

std::string marker(const std::string& name) { return "<!-- ratchet:" + name + " -->"; }

bool is_name(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && name.find("--") == std::string::npos &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._/()-") ==
             std::string::npos;
}

}  // namespace ratchet::github
