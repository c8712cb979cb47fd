// The manual page and the completions of shells, written from the table of commands: an option that exists is in all of
// them, with the words of its --help. For the program that the build runs (generate_pages.cpp), not for ratchet itself.
#pragma once

#include <string>
#include <vector>

#include "src/cli/command.h"

namespace ratchet::cli {

struct Option {
  std::string name;   // without "--"
  std::string value;  // what it takes, such as FILE; "" for a switch
  std::string about;
  bool repeatable = false;
};

[[nodiscard]] std::vector<Option> options_of(const Command& command);  // without the common ones
[[nodiscard]] std::vector<Option> common_options();

// Words that a value or positional can be; empty where anything can.
[[nodiscard]] std::vector<std::string> choices(const Option& option);
[[nodiscard]] std::vector<std::string> first_words(const Command& command);
[[nodiscard]] bool takes_file(const Option& option);
[[nodiscard]] bool takes_file(const Command& command);

[[nodiscard]] std::string man_page();
// `help`: what `ratchet-bench --help` prints; it keeps its own options.
[[nodiscard]] std::string bench_man_page(const std::string& help);
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace ratchet::cli
