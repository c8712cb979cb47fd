// Runs one child program to its end, without a shell. The child leads its own process group and nothing of the group
// outlives run(): not after an exit, a time-out, an interrupt or an exception. A caller must look at the result:
// a non-zero exit status is a value here, and only the caller knows what it means.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ratchet::executor {

// Variables that speak for a CI job, or reach into its later steps: for no build. What is measured gets those only that
// are on a list (environment.h).
inline constexpr std::array kSecrets{"GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GITHUB_ENV",
                                     "GITHUB_PATH"};

enum class Stderr {
  Capture,  // only into the result
  Forward   // also to our own stderr, as it comes
};

struct Command {
  std::vector<std::string> argv;              // argv[0] is searched in PATH unless it holds a '/'
  std::filesystem::path cwd = {};             // empty: ours
  std::vector<std::string> environment = {};  // on top of ours: "NAME=value" sets, "NAME" removes
  std::string stdin_text = {};
  double timeout_s = 0;  // 0: none
  std::size_t stdout_limit_bytes = std::size_t{256} << 20;
  Stderr stderr_to = Stderr::Capture;
  bool uninterruptible = false;  // for clean-up that must run although an interrupt has arrived
  // Anybody's code, a kernel or a benchmark: it is given little of our environment, and what it leaves running is ended
  // even outside of its group, or it would slow down what is measured next.
  bool measured = false;
};

struct Result {
  int exit_status = 0;  // 0 also when a signal ended it: see ok()
  int signal = 0;       // that ended it, or 0
  bool timed_out = false;
  std::string stdout_text;
  std::string stderr_text;  // the last 64 KiB

  [[nodiscard]] bool ok() const { return exit_status == 0 && signal == 0 && !timed_out; }
};

// On a time-out or an interrupt the group gets SIGTERM, and SIGKILL 2 s later. Throws Interrupted when
// interrupt_signal() is set (also before starting), Error when the program cannot be started or prints too much.
[[nodiscard]] Result run(const Command& command);

// "exited with status 2", "was killed by SIGSEGV", "did not finish in 60 s", with the last line of stderr if any.
[[nodiscard]] std::string ending(const Result& result);

}  // namespace ratchet::executor
