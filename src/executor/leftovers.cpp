#include "src/executor/leftovers.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "ratchet/error.h"

namespace ratchet::executor {
namespace {

constexpr int kRounds = 1000;

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
  for (int round = 0; round < kRounds && kill_once(); ++round) {
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, was_reaper_);
}

// Who is killed leaves children of its own.
void Leftovers::end() {
  for (int round = 0; kill_once(); ++round)
    if (round == kRounds) throw Error("a measured program starts processes faster than they can be ended");
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
