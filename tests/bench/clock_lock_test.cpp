// Every way in which a process can end, and what its clock is afterwards. The driver is a fake that writes what it is
// told into a file, because the one that tells it is a process of its own.
#include "src/bench/clock_lock.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "ratchet/error.h"
#include "tests/bench/fake_nvml.h"

namespace ratchet::bench {
namespace {

using testing::kFakeUuid;

class Log {
 public:
  Log() : file_(std::filesystem::temp_directory_path() / ("ratchet-clock-" + std::to_string(getpid()))) {
    std::filesystem::remove(file_);
    setenv("RATCHET_FAKE_NVML_LOG", file_.c_str(), 1);
  }
  ~Log() {
    unsetenv("RATCHET_FAKE_NVML_LOG");
    std::filesystem::remove(file_);
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] std::string text() const {
    std::ifstream stream(file_);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // Nobody waits for the keeper of a process that was killed: its work takes its moment.
  [[nodiscard]] std::string text_when_restored() const {
    for (int attempt = 0; attempt < 1000 && text().find("reset") == std::string::npos; ++attempt)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return text();
  }

 private:
  std::filesystem::path file_;
};

constexpr const char* kLockedAndRestored = "lock 1500 1500\nreset\n";

// Ends a process that holds the clock, as `end` says, and gives back how it ended.
int end_while_locked(const std::function<void()>& end) {
  const pid_t child = fork();
  if (child == 0) {
    const ClockLock lock(kFakeUuid, 1500, RATCHET_FAKE_NVML);
    end();
    pause();
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST_CASE("clock lock: locked while it lives, restored before its destructor returns") {
  const Log log;
  {
    const ClockLock lock(kFakeUuid, 1500, RATCHET_FAKE_NVML);
    CHECK(log.text() == "lock 1500 1500\n");
  }
  CHECK(log.text() == kLockedAndRestored);
}

TEST_CASE("clock lock: an exception on the way restores the clock") {
  const Log log;
  CHECK_THROWS_AS(
      [] {
        const ClockLock lock(kFakeUuid, 1500, RATCHET_FAKE_NVML);
        throw Error("on purpose");
      }(),
      Error);
  CHECK(log.text() == kLockedAndRestored);
}

TEST_CASE("clock lock: exits, signals and crashes restore the clock, and even a kill does") {
  CHECK(WIFEXITED(end_while_locked([] { _exit(0); })));
  for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGABRT}) {
    CAPTURE(signal);
    const Log log;
    const int status = end_while_locked([signal] {
      ::signal(signal, SIG_DFL);
      raise(signal);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(log.text_when_restored() == kLockedAndRestored);
  }
  const Log log;
  CHECK(WIFEXITED(end_while_locked([] { _exit(3); })));
  CHECK(log.text_when_restored() == kLockedAndRestored);
}

TEST_CASE("clock lock: a signal to the whole process group does not reach its keeper") {
  const Log log;
  const int status = end_while_locked([] {
    setpgid(0, 0);
    kill(0, SIGKILL);
  });
  CHECK(WIFSIGNALED(status));
  CHECK(log.text_when_restored() == kLockedAndRestored);
}

TEST_CASE("clock lock: a refusal comes in the driver's words, and nothing is set or reset") {
  const Log log;
  setenv("RATCHET_FAKE_NVML_REFUSES", "1", 1);
  CHECK_THROWS_WITH_AS(ClockLock(kFakeUuid, 1500, RATCHET_FAKE_NVML),
                       "cannot lock the clock at 1500 MHz: Insufficient Permissions; it needs the rights of root",
                       Error);
  unsetenv("RATCHET_FAKE_NVML_REFUSES");
  CHECK_THROWS_WITH_AS(ClockLock(kFakeUuid, 1500, "no_such_library.so.1"),
                       "cannot lock the clock at 1500 MHz: the driver offers no locking of clocks; it needs the rights "
                       "of root",
                       Error);
  CHECK(log.text() == "");
}

}  // namespace
}  // namespace ratchet::bench
