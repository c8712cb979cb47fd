#include "src/executor/leftovers.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ratchet/error.h"

namespace ratchet::executor {
namespace {

constexpr int kRounds = 1000;
// Who keeps a GPU's clock outlives a ratchet-bench that is killed, restores it, and ends by himself.
constexpr std::chrono::milliseconds kGrace{2000};
constexpr std::chrono::milliseconds kLook{10};

// Of all threads: an orphan is given to any of them.
std::set<pid_t> children() {
  std::set<pid_t> all;
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream list(thread.path() / "children");
    for (pid_t child = 0; list >> child;) all.insert(child);
  }
  return all;
}

}  // namespace

Leftovers::Leftovers() : before_(children()) {
  ::prctl(PR_GET_CHILD_SUBREAPER, &was_reaper_);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Leftovers::~Leftovers() {
  wait();
  for (int round = 0; round < kRounds && kill_once(); ++round) {
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, was_reaper_);
}

// Who is killed leaves children of its own.
void Leftovers::end() {
  wait();
  for (int round = 0; kill_once(); ++round)
    if (round == kRounds) throw Error("a measured program starts processes faster than they can be ended");
}

void Leftovers::wait() const {
  const auto until = std::chrono::steady_clock::now() + kGrace;
  while (std::chrono::steady_clock::now() < until) {
    bool any = false;
    for (const pid_t child : children())
      if (!before_.contains(child) && ::waitpid(child, nullptr, WNOHANG) == 0) any = true;
    if (!any) return;
    std::this_thread::sleep_for(kLook);
  }
}

bool Leftovers::kill_once() const {
  bool any = false;
  for (const pid_t child : children()) {
    if (before_.contains(child)) continue;
    any = true;
    ::kill(child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  return any;
}

}  // namespace ratchet::executor
