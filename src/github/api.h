// The few requests to GitHub's API that a gate makes. An action (such as "keep one comment") may be tried again four
// times within 30 s, over all of its requests; what then still fails is an Error that says what to do, and the caller's
// verdict never depends on it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/github/http.h"

namespace ratchet::github {

// Time as the retries see it: tests do not wait.
struct Clock {
  std::function<double()> now_s;
  std::function<void(double seconds)> sleep;  // throws Interrupted on a signal
};
[[nodiscard]] Clock steady_clock();

class Api {
 public:
  // http outlives this. url: GITHUB_API_URL. Error when the token would go over the network in the clear.
  Api(Http& http, std::string url, std::string repository, Clock clock);

  // The one comment on a pull request that ends in the marker of `name` and was written by us: made when there is none
  // and `create`, else replaced where its text differs.
  enum class Comment { Created, Updated, Unchanged, NotNeeded };
  Comment keep_comment(std::uint64_t number, const std::string& name, const std::string& markdown, bool create);

  struct Note {
    std::string path;
    std::uint64_t line = 0;
    bool failure = false;  // else a warning
    std::string title;
    std::string message;
  };
  struct CheckRun {
    std::string name;         // a required check is found by its exact name, so nothing in it may vary
    std::string head_sha;     // a pull request shows what belongs to the tip of its branch
    std::string external_id;  // of this run of the workflow
    std::string details_url;
    std::string conclusion;
    std::string title;
    std::string summary;
    std::vector<Note> notes;  // the first 50 are sent
  };
  void report_check(const CheckRun& run);

  struct PullRequest {
    std::string head_sha;
    std::string from;         // repository of the head; "" when it is gone
    std::string from_branch;  // and its branch there
  };
  [[nodiscard]] PullRequest pull_request(std::uint64_t number);

  // A file's text as a commit of this repository, or of a fork's pull request, has it; none when it has none.
  [[nodiscard]] std::optional<std::string> file(const std::string& path, const std::string& sha);

 private:
  class Attempts;
  struct Found;
  [[nodiscard]] Response ask(Attempts& attempts, const Request& request);
  [[nodiscard]] Response once(Attempts& attempts, const Request& request);
  void require(const Response& response, std::string_view what, std::string_view permission) const;
  [[nodiscard]] Found find_comment(Attempts& attempts, std::uint64_t number, const std::string& marker);
  [[nodiscard]] bool is_mine(Attempts& attempts, const std::string& login, const std::string& type);
  [[nodiscard]] std::uint64_t find_check(Attempts& attempts, const CheckRun& run);
  [[nodiscard]] std::string at(const std::string& path) const { return url_ + "/repos/" + repository_ + path; }

  Http& http_;
  std::string url_;
  std::string repository_;
  Clock clock_;
  std::string me_;  // login of the token's user; asked for at most once
};

// What ends a comment of ours. `name` is plain: see is_name().
[[nodiscard]] std::string marker(const std::string& name);
[[nodiscard]] bool is_name(const std::string& name);

// A comment has at most 65,536 characters; bytes are never fewer.
inline constexpr std::size_t kMaxCommentBytes = 65'000;
inline constexpr std::size_t kMaxCheckBytes = 65'000;  // of 65,535

}  // namespace ratchet::github
