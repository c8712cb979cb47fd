// What the command line asks for, found without doing any of it. It knows every command and option, reads no file and
// prints nothing; what it does not know is an error that says where to look.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/cli/command.h"

namespace ratchet::cli {

struct CommandLine {
  const Command* command;
  CommonOptions common;
  po::variables_map values;
};

// A command to run, or a text to print (--help, --version). arguments as run()'s, at least one. Throws Error.
[[nodiscard]] std::variant<CommandLine, std::string> parse(const std::vector<std::string>& arguments);

}  // namespace ratchet::cli
