// What the program says about itself, made of the table of commands and of the repository's documents: help, topics,
// and what generate.cpp makes man pages and completions of. A text about an option is written nowhere else.
#pragma once

#include <string>
#include <vector>

#include "src/cli/command.h"

namespace ratchet::cli {

void declare_common(po::options_description& options, CommonOptions& common);

[[nodiscard]] std::string overview();
[[nodiscard]] std::string help_of(const Command& command);
// nullptr when there is none.
[[nodiscard]] const Command* find_command(const std::string& name);

struct ExitCode {
  int code;
  const char* meaning;
};

[[nodiscard]] const std::vector<ExitCode>& exit_codes();

struct Topic {
  const char* name;
  const char* about;
  const char* document;  // for embedded()
  const char* heading;   // only what stands below it; "": all
};

[[nodiscard]] const std::vector<Topic>& topics();
// The part of its document, in Markdown.
[[nodiscard]] std::string text_of(const Topic& topic);

}  // namespace ratchet::cli
