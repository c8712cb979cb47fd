// That the misbehaving modules misbehave as they say: tests of other rooms build on it.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "tests/kernels/mini_host.h"

using ratchet::kernels::test::Library;
using ratchet::kernels::test::Run;

namespace {

std::string path(const std::string& name) { return std::string(RATCHET_TEST_MODULES) + "/" + name + ".so"; }

// The first case of the module in a child with stdout closed and a timer of a second: its wait status. 42: it came
// back.
int status_of_launch(const std::string& name) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would turn the signal into an exit
    alarm(1);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    const Library library(path(name));
    Run(*library.module(), library.module()->cases[0]).launch();
    std::_Exit(42);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("test modules: all tell the same two cases, so that any can be judged against good") {
  const Library good(path("good"));
  for (const char* name :
       {"slow_1", "slow_10", "fast_10", "broken_wrong", "broken_input", "broken_crash", "broken_hang", "broken_exit",
        "broken_throw", "broken_stdout", "broken_prepare", "lacking", "broken_once", "broken_abi"}) {
    CAPTURE(name);
    const Library other(path(name));
    REQUIRE(other.module() != nullptr);
    REQUIRE(other.module()->case_count == 2);
    for (int i = 0; i < 2; ++i) {
      CHECK(std::string(other.module()->cases[i].id) == good.module()->cases[i].id);
      CHECK(std::string(other.module()->cases[i].definition) == good.module()->cases[i].definition);
    }
  }
}

TEST_CASE("test modules: the healthy ones compute what their reference says") {
  for (const char* name : {"good", "slow_1", "slow_10", "fast_10", "broken_stdout"}) {
    CAPTURE(name);
    const Library library(path(name));
    const ratchet_module& module = *library.module();
    const int first = std::string(name) == "broken_stdout" ? 1 : 0;  // its case 0 would print
    for (int i = first; i < 2; ++i) {
      Run run(module, module.cases[i]);
      run.launch();
      CHECK(run.errors().rel_l2 <= module.cases[i].buffers[2].rel_l2_max);
      CHECK(run.errors().worst_row <= module.cases[i].buffers[2].row_error_max);
    }
  }
}

TEST_CASE("test modules: broken_wrong exceeds the bound, broken_input changes its input") {
  const Library wrong(path("broken_wrong"));
  Run wrong_run(*wrong.module(), wrong.module()->cases[0]);
  wrong_run.launch();
  CHECK(wrong_run.errors().rel_l2 > wrong.module()->cases[0].buffers[2].rel_l2_max);

  const Library input(path("broken_input"));
  Run input_run(*input.module(), input.module()->cases[0]);
  const float before = input_run.memory.data(0)[7];
  input_run.launch();
  CHECK(input_run.memory.data(0)[7] == before + 1);
}

TEST_CASE("test modules: broken_once leaves the output alone from the second call on") {
  const Library library(path("broken_once"));
  Run run(*library.module(), library.module()->cases[0]);
  run.launch();
  CHECK(run.errors().rel_l2 <= 1e-6);
  run.memory.poison();
  run.launch();
  CHECK(std::isnan(run.errors().rel_l2));
}

TEST_CASE("test modules: broken_throw and broken_prepare give a status and a message") {
  const Library thrower(path("broken_throw"));
  Run run(*thrower.module(), thrower.module()->cases[0]);
  CHECK_THROWS_WITH(run.launch(), "axpy/plain throws on purpose");

  const Library refuser(path("broken_prepare"));
  CHECK_THROWS_WITH(Run(*refuser.module(), refuser.module()->cases[0]), "axpy/plain cannot be prepared, on purpose");
}

TEST_CASE("test modules: the malformed ones load without harm") {
  const Library duplicate(path("broken_duplicate"));
  REQUIRE(duplicate.module()->case_count == 3);
  CHECK(std::string(duplicate.module()->cases[0].id) == duplicate.module()->cases[1].id);
  CHECK(Library(path("broken_empty")).module()->case_count == 0);
  CHECK(Library(path("broken_abi")).module()->abi == RATCHET_ABI + 1);
  CHECK(Library(path("broken_null")).module() == nullptr);
  CHECK(Library(path("broken_no_entry")).module() == nullptr);
}

TEST_CASE("test modules: broken_crash dies, broken_exit ends with 0, broken_hang does not return") {
  const int crash = status_of_launch("broken_crash");
  CHECK((WIFSIGNALED(crash) || (WIFEXITED(crash) && WEXITSTATUS(crash) != 0 && WEXITSTATUS(crash) != 42)));
  const int exited = status_of_launch("broken_exit");
  CHECK((WIFEXITED(exited) && WEXITSTATUS(exited) == 0));
  const int hung = status_of_launch("broken_hang");
  CHECK((WIFSIGNALED(hung) && WTERMSIG(hung) == SIGALRM));
}

TEST_CASE("modules: two copies in one process share nothing, and a closed one is really gone") {
  const auto copy = std::filesystem::temp_directory_path() / ("ratchet_copy_" + std::to_string(getpid()) + ".so");
  std::filesystem::copy_file(path("broken_throw"), copy, std::filesystem::copy_options::overwrite_existing);
  {
    const Library one(path("broken_throw"));
    const Library two(copy.string());
    CHECK(one.module() != two.module());
    Run run(*one.module(), one.module()->cases[0]);
    CHECK_THROWS(run.launch());
    CHECK(std::string(one.module()->last_error()) == "axpy/plain throws on purpose");
    CHECK(std::string(two.module()->last_error()).empty());
  }
  CHECK(dlopen(copy.c_str(), RTLD_NOW | RTLD_NOLOAD) == nullptr);
  std::filesystem::remove(copy);
}
