#include "src/bench/clock_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 256> bytes;
  while (true) {
    const ssize_t count = read(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw Error(fmt::format("cannot watch over the clock: {}", std::strerror(errno)));
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  [[nodiscard]] int take_write_end() { return std::exchange(ends_[1], -1); }
  void close_read() { close_end(0); }
  void close_write() { close_end(1); }

 private:
  void close_end(std::size_t which) {
    if (ends_[which] >= 0) close(std::exchange(ends_[which], -1));
  }
  std::array<int, 2> ends_{-1, -1};
};

// A session of its own and deaf to what ends its parent: a terminal's interrupt goes to all of a group.
void outlive_parent() {
  setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) ::signal(signal, SIG_IGN);
}

// Says "" and closes the answer when the clock is locked, or says why not. Then waits for the end of the other pipe.
[[noreturn]] void keep(const std::string& uuid, const char* library, unsigned mhz, Pipe& answer, Pipe& alive) {
  outlive_parent();
  answer.close_read();
  alive.close_write();
  const Nvml nvml(uuid, library);
  if (const auto why = nvml.lock_sm_clock(mhz)) {
    const ssize_t said = write(answer.write_end(), why->data(), why->size());
    _exit(said == static_cast<ssize_t>(why->size()) ? 0 : 1);
  }
  answer.close_write();
  (void)read_all(alive.read_end());
  _exit(nvml.unlock_sm_clock() ? 1 : 0);
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

ClockLock::ClockLock(const std::string& uuid, unsigned mhz, const char* library) : uuid_(uuid), library_(library) {
  Pipe answer;
  Pipe alive;
  keeper_ = fork();
  if (keeper_ < 0) throw Error(fmt::format("cannot watch over the clock: {}", std::strerror(errno)));
  if (keeper_ == 0) keep(uuid, library, mhz, answer, alive);
  answer.close_write();
  alive.close_read();
  const std::string refusal = read_all(answer.read_end());
  if (!refusal.empty()) {
    wait_for(keeper_);
    throw Error(fmt::format("cannot lock the clock at {} MHz: {}; it needs the rights of root", mhz, refusal));
  }
  alive_ = alive.take_write_end();
}

ClockLock::~ClockLock() {
  close(alive_);
  if (wait_for(keeper_) == 0) return;
  // The keeper itself was killed, or was refused: once more from here.
  if (const auto why = Nvml(uuid_, library_).unlock_sm_clock())
    spdlog::error("the clock may still be locked ({}); restore it with nvidia-smi --reset-gpu-clocks", *why);
}

}  // namespace ratchet::bench
