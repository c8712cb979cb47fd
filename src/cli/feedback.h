// What a GitHub job has to say, and the ways to say it. Each is a best effort of its own: none of them changes the
// verdict, and what fails is one warning.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ratchet/verdict.h"
#include "src/cli/context.h"
#include "src/github/event.h"

namespace ratchet::cli {

struct Feedback {
  std::optional<github::Event> event;  // none: it could not be read
  CheckVerdict verdict;
  std::map<std::string, std::string> sources;  // of cases: "file:line" or ""
  std::string device;
  std::string candidate;  // sha
  std::string beside;     // sha
  std::string note;       // one line of ours
  bool aborted = false;
};

// The result on stdout, as text in which the runner finds no command, or as JSON.
void print_result(Context& context, const Feedback& feedback);

// Outputs and summary.
void tell_job(Context& context, const github::Job& job, const Feedback& feedback);

// At most ten, worst first, on stderr: what runs before must have ended.
void annotate(Context& context, const Feedback& feedback);

}  // namespace ratchet::cli
