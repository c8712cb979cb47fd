#include "src/executor/process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "src/documents/documents.h"
#include "src/executor/handle.h"
#include "src/executor/interrupt.h"
#include "tests/documents/refusal.h"
#include "tests/documents/temporary_folder.h"

using namespace ratchet;
using namespace std::chrono_literals;
using executor::Command;
using executor::Result;

namespace {

Command shell(const std::string& script) { return Command{{"sh", "-c", script}}; }

// A killed orphan is reaped by init, not by us, so it may linger for a moment.
bool gone(pid_t pid) {
  for (int i = 0; i < 500; ++i) {
    if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
    const Result stat = executor::run(shell("cut -d' ' -f3 /proc/" + std::to_string(pid) + "/stat 2>/dev/null"));
    if (stat.stdout_text.starts_with("Z") || stat.stdout_text.empty()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

// Reads the number that a script wrote to stdout before it was stopped.
pid_t printed_pid(const Result& result) { return static_cast<pid_t>(std::atoi(result.stdout_text.c_str())); }

// Runs a script into its time-out, with more and more time until it got to print: no test may depend on a machine's
// speed.
Result run_until_printed(const std::string& script) {
  Command command = shell(script);
  for (command.timeout_s = 0.2; command.timeout_s < 60; command.timeout_s *= 2) {
    const Result result = executor::run(command);
    if (!result.stdout_text.empty()) return result;
  }
  FAIL("the script never printed");
  return {};
}

}  // namespace

TEST_CASE("process: what a child prints, and how it ends, is the result") {
  const Result result = executor::run(shell("echo out; echo err >&2; exit 7"));
  CHECK(result.stdout_text == "out\n");
  CHECK(result.stderr_text == "err\n");
  CHECK(result.exit_status == 7);
  CHECK(result.signal == 0);
  CHECK(!result.ok());
  CHECK(executor::ending(result) == "exited with status 7: err");
  CHECK(executor::run(shell("true")).ok());
}

TEST_CASE("process: arguments reach the child as they are, without a shell") {
  const Result result = executor::run({{"printf", "%s|", "a b", "$HOME", "'\"*", ""}});
  CHECK(result.stdout_text == "a b|$HOME|'\"*||");
}

TEST_CASE("process: a crash is told apart from an exit") {
  const Result result = executor::run(shell("echo before >&2; kill -SEGV $$"));
  CHECK(result.signal == SIGSEGV);
  CHECK(!result.ok());
  CHECK(executor::ending(result) == "was killed by SIGSEGV: before");
}

TEST_CASE("process: a program that does not exist is an error that names it") {
  CHECK(
      contains(refusal([] { (void)executor::run({{"/no/such/program"}}); }), "cannot start /no/such/program: No such"));
  CHECK(contains(refusal([] { (void)executor::run({{"true"}, "/no/such/folder"}); }), "/no/such/folder"));
  CHECK(contains(refusal([] { (void)executor::run({{}}); }), "no program"));
}

TEST_CASE("process: the folder and the environment are the caller's choice") {
  const TemporaryFolder folder;
  ::setenv("RATCHET_TEST_KEPT", "kept", 1);
  ::setenv("RATCHET_TEST_GONE", "here", 1);
  Command command = shell("pwd; echo $RATCHET_TEST_KEPT-$RATCHET_TEST_GONE-$RATCHET_TEST_NEW");
  command.cwd = folder.path();
  command.environment = {"RATCHET_TEST_NEW=a=b", "RATCHET_TEST_GONE"};
  CHECK(executor::run(command).stdout_text == folder.path().string() + "\nkept--a=b\n");
}

TEST_CASE("process: what is measured gets no variable that is not on the list") {
  for (const char* name :
       {"GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "CI", "RATCHET_DB", "CUDA_VISIBLE_DEVICES", "RATCHET_CUDNN"})
    ::setenv(name, "here", 1);
  Command command = shell("env | cut -d= -f1 | sort | tr '\\n' ' '");
  command.measured = true;
  const std::string given = " " + executor::run(command).stdout_text;
  for (const char* name :
       {"GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "CI", "RATCHET_DB", "CUDA_VISIBLE_DEVICES", "RATCHET_CUDNN"})
    ::unsetenv(name);
  for (const std::string name : {"CUDA_VISIBLE_DEVICES", "RATCHET_CUDNN", "PATH"})
    CHECK(contains(given, " " + name + " "));
  for (const std::string name : {"GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "CI", "RATCHET_DB"})
    CHECK_FALSE(contains(given, " " + name + " "));
}

TEST_CASE("process: text for stdin arrives whole, and a child that ignores it does no harm") {
  Command command = {{"cat"}};
  command.stdin_text = std::string(3'000'000, 'x') + "end";
  CHECK(executor::run(command).stdout_text == command.stdin_text);
  command.argv = {"true"};
  CHECK(executor::run(command).ok());
  CHECK(executor::run({{"cat"}}).stdout_text.empty());
}

TEST_CASE("process: big output on both streams does not block, and the end of stderr is kept") {
  const Result result = executor::run(
      shell("i=0; while [ $i -lt 3000 ]; do printf '%0100d\\n' $i; printf '%0100d\\n' $i >&2; i=$((i+1)); done"));
  CHECK(result.stdout_text.size() == 3000 * 101);
  CHECK(result.stderr_text.size() >= 65536);
  CHECK(result.stderr_text.size() <= 2 * 65536);
  CHECK(result.stderr_text.ends_with("2999\n"));
}

TEST_CASE("process: a child that prints too much is stopped with an error") {
  Command command = {{"yes", "again"}};
  command.stdout_limit_bytes = 100'000;
  CHECK(contains(refusal([&] { (void)executor::run(command); }), "yes printed more than 100000 bytes"));
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("process: a time-out ends the child and its children") {
  const Result result = run_until_printed("sleep 1000 & echo $!; wait");
  CHECK(result.timed_out);
  CHECK(!result.ok());
  CHECK(contains(executor::ending(result), "did not finish in time"));
  REQUIRE(printed_pid(result) > 1);
  CHECK(gone(printed_pid(result)));
}

TEST_CASE("process: a group that ignores SIGTERM is killed") {
  const Result result = run_until_printed(
      "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo $!; while :; do sleep 0.1; done");
  CHECK(result.timed_out);
  CHECK(result.signal == SIGKILL);
  REQUIRE(printed_pid(result) > 1);
  CHECK(gone(printed_pid(result)));
}

TEST_CASE("process: a child may clean up when asked to end") {
  const Result result = run_until_printed("trap 'echo cleaned; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
  CHECK(result.timed_out);
  CHECK(result.stdout_text == "ready\ncleaned\n");
  CHECK(result.exit_status == 3);
}

TEST_CASE("process: a grandchild that keeps the streams open neither delays the result nor survives") {
  const Result result = executor::run(shell("sleep 1000 & echo $!"));
  CHECK(result.ok());
  REQUIRE(printed_pid(result) > 1);
  CHECK(gone(printed_pid(result)));
}

TEST_CASE("process: what a measured program leaves in a session of its own is ended, and others' children are not") {
  const pid_t ours = ::fork();
  if (ours == 0) {
    ::pause();
    ::_exit(0);
  }
  const TemporaryFolder folder;
  Command command = shell(
      "rm -f pid; setsid sh -c 'echo $$ >new && mv new pid; exec sleep 1000' >/dev/null 2>&1 & until [ -e pid ]; do "
      "sleep 0.01; done; cat pid");
  command.cwd = folder.path();
  const pid_t daemon = printed_pid(executor::run(command));
  REQUIRE(daemon > 1);
  CHECK(::kill(daemon, SIGKILL) == 0);  // it was there
  command.measured = true;
  const pid_t left = printed_pid(executor::run(command));
  REQUIRE(left > 1);
  CHECK(::kill(left, 0) != 0);
  CHECK(::kill(ours, SIGKILL) == 0);
  CHECK(::waitpid(ours, nullptr, 0) == ours);
}

TEST_CASE("process: what was started dies with the one who started it, also when that one is killed") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "pid";
  const pid_t starter = ::fork();
  if (starter == 0) {
    (void)executor::run(shell("echo $$ > " + file.string() + ".new && mv " + file.string() + ".new " + file.string() +
                              "; exec sleep 600"));
    ::_exit(0);
  }
  while (!std::filesystem::exists(file)) std::this_thread::sleep_for(5ms);
  const pid_t started = std::atoi(documents::read_file(file).c_str());
  REQUIRE(::kill(started, 0) == 0);
  ::kill(starter, SIGKILL);
  ::waitpid(starter, nullptr, 0);
  CHECK(gone(started));
}

TEST_CASE("process: of what is forwarded the log gets no more than the first megabyte") {
  const TemporaryFolder folder;
  const executor::Handle log(::open((folder / "log").c_str(), O_RDWR | O_CREAT, 0600));
  const executor::Handle before(::dup(STDERR_FILENO));
  ::dup2(log.get(), STDERR_FILENO);
  Command command = shell("echo first >&2; head -c 3000000 /dev/zero | tr '\\0' x >&2; echo last >&2; exit 1");
  command.stderr_to = executor::Stderr::Forward;
  const Result result = executor::run(command);
  ::dup2(before.get(), STDERR_FILENO);
  const std::string logged = documents::read_file(folder / "log");
  CHECK(logged.starts_with("first\nxxx"));
  CHECK(logged.ends_with("sh says more than 1 MiB: the rest is not shown\n"));
  CHECK(logged.size() < (std::size_t{1} << 20) + 200);
  CHECK(result.stderr_text.ends_with("last\n"));
}

TEST_CASE("process: an interrupt ends the child and is thrown with its signal") {
  const TemporaryFolder folder;
  executor::install_interrupt_handlers();
  const std::string script = "trap 'echo ended > " + (folder / "ended").string() + "; exit' TERM; echo $$ > " +
                             (folder / "pid").string() + "; while :; do sleep 0.05; done";
  std::thread sender([&] {
    while (!std::filesystem::exists(folder / "pid")) std::this_thread::sleep_for(5ms);
    ::kill(::getpid(), SIGINT);
  });
  int signal = 0;
  try {
    (void)executor::run(shell(script));
  } catch (const executor::Interrupted& interrupted) {
    signal = interrupted.signal();
  }
  sender.join();
  CHECK(signal == SIGINT);
  CHECK(std::filesystem::exists(folder / "ended"));

  // Nothing new is started after it, but clean-up may be.
  CHECK(contains(refusal([] { (void)executor::run(shell("true")); }), "stopped by SIGINT"));
  Command cleanup = shell("echo done");
  cleanup.uninterruptible = true;
  CHECK(executor::run(cleanup).stdout_text == "done\n");
  executor::set_interrupt_signal(SIGTERM);
  CHECK(executor::interrupt_signal() == SIGINT);
  executor::set_interrupt_signal(0);
}

TEST_CASE("process: no descriptor reaches the child, and none is left open here") {
  const auto open_count = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
  // Without O_CLOEXEC, and with a number that the shell does not use for pipes of its own.
  const int leak = ::fcntl(STDIN_FILENO, F_DUPFD, 100);
  const auto before = open_count();
  const Result result = executor::run(shell("ls /proc/$$/fd | tr '\\n' ' '"));
  CHECK(result.stdout_text.find(std::to_string(leak) + " ") == std::string::npos);
  CHECK_THROWS((void)executor::run({{"/no/such/program"}}));
  CHECK(open_count() == before);
  ::close(leak);
}

TEST_CASE("process: a grandchild that never stops talking does not keep run() listening") {
  const Result result = executor::run(shell("(while :; do echo noise >&2; done) & exit 4"));
  CHECK(result.exit_status == 4);
  CHECK(!result.timed_out);
}
