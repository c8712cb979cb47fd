// ratchet-bench: measures the cases of one module, or of two side by side, and prints one JSON document on standard
// output. Exit codes: 0 a complete document was printed (failed cases are in it), 2 usage or fault, 130/143
// interrupted.

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <variant>

#include "ratchet/error.h"
#include "src/bench/interruption.h"
#include "src/bench/options.h"
#include "src/bench/supervisor.h"

namespace {

constexpr int kFault = 2;

void write_all(int descriptor, const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = write(descriptor, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR)
      throw ratchet::Error(std::string("cannot write the result to standard output: ") + std::strerror(errno));
    if (count > 0) written += static_cast<std::size_t>(count);
  }
}

// Keeps the real standard output for the document alone: what modules and libraries print goes to standard error.
int reserve_standard_output() {
  const int document = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (document < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    throw ratchet::Error("standard output and standard error must both be open");
  return document;
}

void start_log() {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("ratchet-bench"));
  spdlog::set_pattern("%n: %v");
  spdlog::set_level(spdlog::level::warn);
}

int run(int argc, char** argv) {
  const auto parsed = ratchet::bench::parse_options(argc, argv);
  if (const auto* text = std::get_if<std::string>(&parsed)) {
    write_all(STDOUT_FILENO, *text);
    return 0;
  }
  const auto& options = std::get<ratchet::bench::Options>(parsed);
  if (options.verbose) spdlog::set_level(spdlog::level::info);
  const int document = reserve_standard_output();
  std::string text;
  {
    const ratchet::bench::Interruption interruption;
    text = ratchet::bench::supervise(options, interruption);
  }
  write_all(document, text);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    start_log();
    return run(argc, argv);
  } catch (const ratchet::bench::Interrupted& interrupted) {
    return 128 + interrupted.signal;
  } catch (const std::exception& error) {
    spdlog::error(error.what());
    return kFault;
  }
}
