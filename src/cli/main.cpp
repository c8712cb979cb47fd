#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "src/cli/program.h"
#include "src/executor/interrupt.h"

int main(int argc, char** argv) {
  ratchet::executor::install_interrupt_handlers();
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is then an error of the write, which names the file
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const ratchet::cli::Streams streams{std::cout, std::cerr, isatty(STDOUT_FILENO) == 1, isatty(STDERR_FILENO) == 1};
  const int code = ratchet::cli::run(arguments, streams);
  // A result that did not reach its reader (a full disk, a closed pipe) is no pass.
  std::cout.flush();
  return std::cout.good() ? code : 2;
}
