// What a command is: a row of the table in commands.cpp. Everything the command line says, --help included, comes from
// it.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "src/cli/context.h"

namespace ratchet::cli {

namespace po = boost::program_options;

struct Positional {
  const char* name;  // as in the synopsis, lower case
  int most;          // how many; -1: any number
};

struct Command {
  std::string name;
  std::string synopsis;                       // what follows the name
  std::string about;                          // one line
  void (*declare)(po::options_description&);  // may be null
  std::vector<Positional> positionals;
  int (*run)(Context&, const po::variables_map&);
};

[[nodiscard]] const std::vector<Command>& commands();

// The value of a string option or positional, "" when it was not given.
[[nodiscard]] std::string text_of(const po::variables_map& values, const char* name);
// A date is a whole day: from its first second, or to its last.
[[nodiscard]] std::string day_or_time(const std::string& text, const char* second_of_day);
[[nodiscard]] std::vector<std::string> texts_of(const po::variables_map& values, const char* name);
[[nodiscard]] bool is_set(const po::variables_map& values, const char* name);

}  // namespace ratchet::cli
