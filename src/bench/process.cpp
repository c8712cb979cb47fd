#include "src/bench/process.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

// The result's descriptor and the device's lock are the parent's alone.
void close_all_but(int descriptor) {
  const auto kept = static_cast<unsigned>(descriptor);
  close_range(STDERR_FILENO + 1, kept - 1, 0);
  close_range(kept + 1, ~0U, 0);
}

[[noreturn]] void run_child(pid_t parent, const Interruption& interruption, const std::function<void(Channel&)>& body,
                            Channel& channel) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before the line above
  setpgid(0, 0);
  interruption.forget();
  close_all_but(channel.descriptor());
  body(channel);
  std::fflush(nullptr);
  _exit(0);
}

std::string manner_of_death(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("ended with exit status {}", WEXITSTATUS(status));
  const char* name = sigabbrev_np(WTERMSIG(status));
  return fmt::format("was killed by SIG{}", name ? name : std::to_string(WTERMSIG(status)));
}

}  // namespace

Process::Process(const Interruption& interruption, const std::function<void(Channel&)>& body)
    : Process(interruption, body, Channel::pair()) {}

Process::Process(const Interruption& interruption, const std::function<void(Channel&)>& body,
                 std::pair<Channel, Channel> connection)
    : channel_(std::move(connection.first)) {
  const pid_t parent = getpid();
  std::fflush(nullptr);  // or the child prints it again
  process_ = fork();
  if (process_ < 0) throw Error(fmt::format("cannot start a measuring process: {}", std::strerror(errno)));
  if (process_ == 0) run_child(parent, interruption, body, connection.second);
  setpgid(process_, process_);  // here as well: either may come first
}

Process::~Process() {
  if (process_ > 0) end();
}

// A child that is already dying keeps its own status: the kill then comes too late to change it, and ends only what the
// child had started.
std::string Process::end() {
  kill(-process_, SIGKILL);
  kill(process_, SIGKILL);  // it may have left its group
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return manner_of_death(status);
}

}  // namespace ratchet::bench
