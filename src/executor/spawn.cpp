#include "src/executor/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "ratchet/error.h"
#include "src/executor/environment.h"

namespace ratchet::executor {
namespace {

std::vector<std::string> environment_of(const Command& command) {
  const auto name_of = [](const std::string& setting) { return setting.substr(0, setting.find('=')); };
  std::vector<std::string> settings;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool replaced = command.measured && !is_for_measured(name_of(*entry));
    for (const std::string& change : command.environment) replaced |= name_of(change) == name_of(*entry);
    if (!replaced) settings.emplace_back(*entry);
  }
  for (const std::string& change : command.environment)
    if (change.find('=') != std::string::npos) settings.push_back(change);
  return settings;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// Between fork and exec only what is safe in a copy of a process with threads: nothing allocates, nothing throws.
// Returns when it could not become the program, with errno.
void become(const std::array<int, 3>& streams, const char* cwd, pid_t parent, char* const* argv, char* const* envp) {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT, SIGCHLD}) ::signal(signal, SIG_DFL);
  ::setpgid(0, 0);
  // Who is killed cannot end his children, and a module would hold the device for as long as it takes.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before the line above
  for (int to = 0; to < 3; ++to) {
    const int from = streams[static_cast<std::size_t>(to)];
    if ((from == to ? ::fcntl(to, F_SETFD, 0) : ::dup2(from, to)) < 0) return;
  }
  // What others left open; all of ours close by themselves. Kernels before 5.11 do not know the flag.
  if (::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    for (int left = STDERR_FILENO + 1; left < ::sysconf(_SC_OPEN_MAX); ++left) ::fcntl(left, F_SETFD, FD_CLOEXEC);
  if (*cwd != '\0' && ::chdir(cwd) != 0) return;
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(argv[0], argv, envp);
}

}  // namespace

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(std::string("cannot create a pipe: ") + std::strerror(errno));
  return {Handle(ends[0]), Handle(ends[1])};
}

// fork rather than posix_spawn, which cannot tie a child to the life of its parent.
pid_t spawn(const Command& command, int in, int out, int err) {
  std::vector<std::string> arguments = command.argv;
  std::vector<std::string> settings = environment_of(command);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(settings);
  Pipe failure = make_pipe();  // closed by a successful exec, or gets its errno
  const pid_t parent = ::getpid();

  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // or a handler of ours runs in the child
  const pid_t pid = ::fork();
  if (pid == 0) {
    become({in, out, err}, command.cwd.c_str(), parent, argv.data(), envp.data());
    const int error = errno;
    ::_exit(::write(failure.write_end.get(), &error, sizeof(error)) == sizeof(error) ? 127 : 126);
  }
  const int fork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw Error("cannot start " + command.argv[0] + ": " + std::strerror(fork_error));
  failure.write_end.close();
  int error = 0;
  ssize_t told = 0;
  while ((told = ::read(failure.read_end.get(), &error, sizeof(error))) < 0 && errno == EINTR) {
  }
  if (told == 0) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  throw Error("cannot start " + command.argv[0] + ": " + std::strerror(error));
}

}  // namespace ratchet::executor
