// What a GitHub job has to say, and the ways to say it. Each is a best effort of its own: none of them changes the
// verdict, and what fails is one warning.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/verdict.h"
#include "src/cli/context.h"
#include "src/github/event.h"

namespace ratchet::cli {

struct Feedback {
  std::optional<github::Event> event;  // none: it could not be read
  CheckVerdict verdict;
  std::vector<Duet> duets;                     // what it was decided from
  std::map<std::string, std::string> sources;  // of cases: "file:line" or ""
  std::string device;
  std::string candidate;  // sha
  std::string base;       // sha
  std::string note;       // one line of ours
  bool aborted = false;
  std::vector<std::string> warnings;  // of what could not be told
};

// Who speaks to GitHub's API, and as what.
struct Voice {
  std::string token;             // "": nobody
  std::string name = "ratchet";  // of the comment and of the check run
  bool check_run = false;
};

// GITHUB_TOKEN, taken out of the environment so that no build and no kernel inherits it, nor finds it in this process.
[[nodiscard]] std::string take_token();

// Runs `act`; what it throws is one warning. `what` says what is then missing.
void best_effort(Context& context, Feedback& feedback, const char* what, const std::function<void()>& act);

// The result on stdout, as text in which the runner finds no command, or as JSON.
void print_result(Context& context, const Feedback& feedback);

// Outputs and summary.
void tell_job(Context& context, const github::Job& job, Feedback& feedback);

// The comment on the pull request and, where asked for, the check run, over GitHub's API.
void tell_github(Context& context, const github::Job& job, const Voice& voice, Feedback& feedback);

// At most ten, worst first, on stderr: what runs before must have ended.
void annotate(Context& context, const Feedback& feedback);

}  // namespace ratchet::cli
