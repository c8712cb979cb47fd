#include "src/executor/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "ratchet/error.h"
#include "src/executor/interrupt.h"
#include "src/executor/leftovers.h"
#include "src/executor/spawn.h"

namespace ratchet::executor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{20};  // how late an exit or an interrupt may be noticed
constexpr std::chrono::seconds kGrace{2};       // from SIGTERM to SIGKILL
constexpr std::size_t kStderrBytes = std::size_t{64} << 10;
constexpr std::size_t kForwardBytes = std::size_t{1} << 20;  // more is no message, and fills the log of a job

[[noreturn]] void fail(const std::string& action) { throw Error("cannot " + action + ": " + std::strerror(errno)); }

// A file in memory: unlike a pipe it needs no feeding, so a child that never reads can neither block us nor raise
// SIGPIPE.
Handle stdin_of(const std::string& text) {
  if (text.empty()) return Handle(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Handle file(::memfd_create("stdin", MFD_CLOEXEC));
  std::size_t done = 0;
  while (file.open() && done < text.size()) {
    const ssize_t written = ::write(file.get(), text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) fail("pass text to a child");
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  if (file.open() && ::lseek(file.get(), 0, SEEK_SET) != 0) fail("pass text to a child");
  return file;
}

// The leader stays a zombie until reaped here, which keeps its number, and so the group's, from being given to
// strangers.
class Group {
 public:
  explicit Group(pid_t leader) : leader_(leader), ending_(static_cast<int>(::syscall(SYS_pidfd_open, leader, 0))) {}
  ~Group() {
    if (leader_ > 0) (void)end();
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  void terminate() const noexcept { ::kill(-leader_, SIGTERM); }

  [[nodiscard]] bool leader_ended() const noexcept {
    siginfo_t ended = {};
    return ::waitid(P_PID, static_cast<id_t>(leader_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0;
  }

  // Up to a tick. A kernel before 5.3 has no such descriptor: then it is the whole tick.
  void wait_for_leader() const noexcept {
    pollfd end{ending_.get(), POLLIN, 0};
    ::poll(&end, 1, static_cast<int>(kTick.count()));
  }

  // Kills whatever is left of the group and returns the leader's wait status.
  [[nodiscard]] int end() noexcept {
    ::kill(-leader_, SIGKILL);
    int status = 0;
    while (::waitpid(leader_, &status, 0) < 0 && errno == EINTR) {
    }
    leader_ = -1;
    return status;
  }

 private:
  pid_t leader_;
  Handle ending_;  // becomes readable when the leader ends
};

void forward(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // a log that nobody can read is no reason to stop measuring
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The two streams of a child, read as they come so that neither can fill up and block it.
class Streams {
 public:
  Streams(Handle out, Handle err, const Command& command)
      : out_(std::move(out)), err_(std::move(err)), command_(command) {}

  // Waits up to a tick; false after silence. The caller stops when both ends are closed, or when the leader has ended
  // and nothing more comes.
  [[nodiscard]] bool read_some(Result& result) {
    std::array<pollfd, 2> ends{{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};  // a closed one is -1: not polled
    const int ready = ::poll(ends.data(), ends.size(), static_cast<int>(kTick.count()));
    if (ready <= 0) return ready < 0;  // EINTR, as after a SIGCONT, is not silence
    if (ends[0].revents != 0) take(out_, [&](std::string_view text) { keep_stdout(text, result); });
    if (ends[1].revents != 0) take(err_, [&](std::string_view text) { keep_stderr(text, result); });
    return true;
  }

  [[nodiscard]] bool closed() const { return !out_.open() && !err_.open(); }

 private:
  template <typename Keep>
  void take(Handle& end, const Keep& keep) {
    const ssize_t got = ::read(end.get(), block_.data(), block_.size());
    if (got > 0) keep(std::string_view(block_.data(), static_cast<std::size_t>(got)));
    if (got == 0 || (got < 0 && errno != EINTR)) end.close();
  }

  void keep_stdout(std::string_view text, Result& result) const {
    if (result.stdout_text.size() + text.size() > command_.stdout_limit_bytes)
      throw Error(command_.argv[0] + " printed more than " + std::to_string(command_.stdout_limit_bytes) + " bytes");
    result.stdout_text += text;
  }

  void forward_some(std::string_view text) {
    const std::size_t left = kForwardBytes - forwarded_;
    forward(text.substr(0, left));
    if (text.size() > left && left > 0)
      forward("\n" + command_.argv[0] + " says more than 1 MiB: the rest is not shown\n");
    forwarded_ += std::min(left, text.size());
  }

  void keep_stderr(std::string_view text, Result& result) {
    if (command_.stderr_to == Stderr::Forward) forward_some(text);
    result.stderr_text += text;
    if (result.stderr_text.size() > 2 * kStderrBytes)
      result.stderr_text.erase(0, result.stderr_text.size() - kStderrBytes);
  }

  Handle out_;
  Handle err_;
  const Command& command_;
  std::size_t forwarded_ = 0;
  std::array<char, 65536> block_{};
};

// Reads until the child has ended and its streams are quiet; asks it to end when its time is up or we are interrupted.
void attend(const Command& command, const Group& group, Streams& streams, Result& result) {
  using Seconds = std::chrono::duration<double>;
  const auto start = Clock::now();
  std::optional<Clock::time_point> deadline;  // for the last words, once it has ended or was asked to
  for (;;) {
    const bool ended = group.leader_ended();  // asked before reading, or its last words could be missed
    bool heard = false;
    if (streams.closed() && !ended) group.wait_for_leader();
    if (!streams.closed()) heard = streams.read_some(result);
    // A grandchild may hold a stream open for ever: silence after the leader's end is the end.
    if (ended && !heard) return;
    if (ended && !deadline) deadline = Clock::now() + kGrace;
    const bool interrupted = interrupt_signal() != 0 && !command.uninterruptible;
    const bool too_late = command.timeout_s > 0 && Seconds(Clock::now() - start).count() > command.timeout_s;
    if (!deadline && (interrupted || too_late)) {
      group.terminate();
      deadline = Clock::now() + kGrace;
      result.timed_out = !interrupted;
    }
    if (deadline && Clock::now() > *deadline) return;
  }
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of("\r\n \t");
  if (end == std::string::npos) return "";
  const std::size_t start = text.find_last_of("\r\n", end);
  return text.substr(start == std::string::npos ? 0 : start + 1,
                     end - (start == std::string::npos ? 0 : start + 1) + 1);
}

}  // namespace

Result run(const Command& command) {
  if (command.argv.empty() || command.argv[0].empty()) throw Error("no program to run was named");
  if (interrupt_signal() != 0 && !command.uninterruptible) throw Interrupted(interrupt_signal());
  if (!command.cwd.empty() && !std::filesystem::is_directory(command.cwd))
    throw Error("cannot start " + command.argv[0] + " in " + command.cwd.string() + ": there is no such folder");
  const Handle in = stdin_of(command.stdin_text);
  if (!in.open()) fail("prepare the input of " + command.argv[0]);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  std::optional<Leftovers> leftovers;  // ended after the group
  if (command.measured) leftovers.emplace();
  Group group(spawn(command, in.get(), out.write_end.get(), err.write_end.get()));
  out.write_end.close();
  err.write_end.close();

  Result result;
  Streams streams(std::move(out.read_end), std::move(err.read_end), command);
  attend(command, group, streams, result);
  const int status = group.end();
  if (leftovers) leftovers->end();
  if (interrupt_signal() != 0 && !command.uninterruptible) throw Interrupted(interrupt_signal());
  result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return result;
}

std::string ending(const Result& result) {
  std::string text;
  const char* name = ::sigabbrev_np(result.signal);
  if (result.timed_out)
    text = "did not finish in time and was stopped";
  else if (result.signal != 0)
    text = "was killed by " + (name == nullptr ? "signal " + std::to_string(result.signal) : "SIG" + std::string(name));
  else
    text = "exited with status " + std::to_string(result.exit_status);
  const std::string line = last_line(result.stderr_text);
  return line.empty() ? text : text + ": " + line;
}

}  // namespace ratchet::executor
