#include "src/cli/program.h"

#include <iostream>

#include "ratchet/error.h"
#include "src/cli/manual.h"
#include "src/cli/version.h"
#include "src/executor/interrupt.h"

namespace ratchet::cli {
namespace {

constexpr int kFault = 2;

int dispatch(const std::vector<std::string>& arguments, Streams streams, executor::Bench* bench) {
  if (arguments.empty()) {
    streams.err << overview();
    return kFault;
  }
  if (arguments.front() == "--help" || arguments.front() == "-h") {
    streams.out << overview();
    return 0;
  }
  if (arguments.front() == "--version") {
    streams.out << "ratchet " << kVersion << "\n";
    return 0;
  }
  const Command* found = find_command(arguments.front());
  if (found == nullptr)
    throw Error("there is no command \"" + report::printable(arguments.front()) + "\"; `ratchet --help` lists them");
  const Command& command = *found;
  CommonOptions common;
  po::options_description own("options");
  po::options_description shared("common options");
  if (command.declare != nullptr) command.declare(own);
  declare_common(shared, common);

  po::options_description hidden;
  po::positional_options_description places;
  for (const Positional& positional : command.positionals) {
    if (positional.most == 1) {
      hidden.add_options()(positional.name, po::value<std::string>());
    } else {
      hidden.add_options()(positional.name, po::value<std::vector<std::string>>());
    }
    places.add(positional.name, positional.most);
  }
  po::options_description all;
  all.add(own).add(shared).add(hidden);
  po::variables_map values;
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  // No guessing: an abbreviated option that means another one tomorrow would change what a gate does.
  constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::store(po::command_line_parser(rest).options(all).positional(places).style(kStyle).run(), values);
  if (values.count("help") > 0) {
    streams.out << help_of(command);
    return 0;
  }
  if (values.count("version") > 0) {
    streams.out << "ratchet " << kVersion << "\n";
    return 0;
  }
  po::notify(values);
  Context context(streams, common, bench);
  return command.run(context, values);
}

}  // namespace

int run(const std::vector<std::string>& arguments, Streams streams, executor::Bench* bench) {
  try {
    return dispatch(arguments, streams, bench);
  } catch (const executor::Interrupted& interrupted) {
    streams.err << "ratchet: interrupted; " << interrupted.kept() << "\n";
    return 128 + interrupted.signal();
  } catch (const po::error& error) {
    streams.err << "ratchet: error: " << error.what() << "; see `ratchet "
                << (arguments.empty() ? "" : arguments.front()) << " --help`\n";
  } catch (const std::bad_alloc&) {
    streams.err << "ratchet: error: out of memory\n";
  } catch (const std::exception& error) {
    streams.err << "ratchet: error: " << error.what() << "\n";
  }
  return kFault;
}

}  // namespace ratchet::cli
