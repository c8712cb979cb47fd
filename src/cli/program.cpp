#include "src/cli/program.h"

#include <iostream>

#include "src/cli/command_line.h"
#include "src/cli/manual.h"
#include "src/executor/interrupt.h"

namespace ratchet::cli {
namespace {

constexpr int kFault = 2;

int dispatch(const std::vector<std::string>& arguments, Streams streams, executor::Bench* bench) {
  if (arguments.empty()) {
    streams.err << overview();
    return kFault;
  }
  const std::variant<CommandLine, std::string> asked = parse(arguments);
  if (const std::string* text = std::get_if<std::string>(&asked)) {
    streams.out << *text;
    return 0;
  }
  const CommandLine& line = std::get<CommandLine>(asked);
  Context context(streams, line.common, bench);
  return line.command->run(context, line.values);
}

}  // namespace

int run(const std::vector<std::string>& arguments, Streams streams, executor::Bench* bench) {
  try {
    return dispatch(arguments, streams, bench);
  } catch (const executor::Interrupted& interrupted) {
    streams.err << "ratchet: interrupted; " << interrupted.kept() << "\n";
    return 128 + interrupted.signal();
  } catch (const std::bad_alloc&) {
    streams.err << "ratchet: error: out of memory\n";
  } catch (const std::exception& error) {
    streams.err << "ratchet: error: " << error.what() << "\n";
  }
  return kFault;
}

}  // namespace ratchet::cli
