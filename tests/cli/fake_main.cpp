// `ratchet` itself, but nothing is measured.
#include <iostream>
#include <string>
#include <vector>

#include "fake_bench.h"
#include "src/cli/program.h"
#include "src/executor/interrupt.h"

int main(int argc, char** argv) {
  ratchet::executor::install_interrupt_handlers();
  FakeBench bench;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = ratchet::cli::run(arguments, {std::cout, std::cerr}, &bench);
  std::cout.flush();
  return code;
}
