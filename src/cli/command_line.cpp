#include "src/cli/command_line.h"

#include "ratchet/error.h"
#include "src/cli/manual.h"
#include "src/cli/version.h"

namespace ratchet::cli {
namespace {

std::string version() { return std::string("ratchet ") + kVersion + "\n"; }

po::positional_options_description places_of(const Command& command, po::options_description& hidden) {
  po::positional_options_description places;
  for (const Positional& positional : command.positionals) {
    if (positional.most == 1) {
      hidden.add_options()(positional.name, po::value<std::string>());
    } else {
      hidden.add_options()(positional.name, po::value<std::vector<std::string>>());
    }
    places.add(positional.name, positional.most);
  }
  return places;
}

std::variant<CommandLine, std::string> parse(const Command& command, const std::vector<std::string>& rest) {
  CommandLine line{&command, {}, {}};
  po::options_description own("options");
  po::options_description shared("common options");
  po::options_description hidden;
  if (command.declare != nullptr) command.declare(own);
  declare_common(shared, line.common);
  const po::positional_options_description places = places_of(command, hidden);
  po::options_description all;
  all.add(own).add(shared).add(hidden);
  // No guessing: an abbreviated option that means another one tomorrow would change what a gate does.
  constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::store(po::command_line_parser(rest).options(all).positional(places).style(kStyle).run(), line.values);
  if (line.values.count("help") > 0) return help_of(command);
  if (line.values.count("version") > 0) return version();
  po::notify(line.values);
  return line;
}

}  // namespace

std::variant<CommandLine, std::string> parse(const std::vector<std::string>& arguments) {
  const std::string& name = arguments.at(0);
  if (name == "--help" || name == "-h") return overview();
  if (name == "--version") return version();
  const Command* command = find_command(name);
  if (command == nullptr)
    throw Error("there is no command \"" + report::printable(name) + "\"; `ratchet --help` lists them");
  try {
    return parse(*command, {arguments.begin() + 1, arguments.end()});
  } catch (const po::error& error) {
    throw Error(std::string(error.what()) + "; see `ratchet " + name + " --help`");
  }
}

}  // namespace ratchet::cli
