// The program when a module is hostile: what it prints, writes, takes and starts.
#include "tests/bench/program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace ratchet::bench {
namespace {

TEST_CASE("program: what a module prints cannot pass for the result") {
  const Result result = run_module("broken_stdout");
  REQUIRE(result.status == 0);
  CHECK(documents::read_run(result.out, "stdout").measurements.size() == 2);
  CHECK(result.err.find("\"measurements\":[]") != std::string::npos);
}

TEST_CASE("program: a write around a buffer is found, whichever end it is at") {
  require_one_failure(run_module("hostile_behind"), "module_error", "launch() wrote behind the end of buffer 'out'");
  require_one_failure(run_module("hostile_before"), "module_error",
                      "launch() wrote before the beginning of buffer 'out'");
}

TEST_CASE("program: megabytes of words do no harm, and words for every descriptor cost one case") {
  const Result flood = run_module("hostile_flood");
  REQUIRE(flood.status == 0);
  for (const Measurement& one : documents::read_run(flood.out, "stdout").measurements) CHECK(one.failures.empty());
  require_one_failure(run_module("hostile_scribble"), "crashed", "the measuring process was killed by SIGKILL");
}

TEST_CASE("program: a module that answers for another case costs its own, and the other is measured") {
  require_one_failure(run_module("hostile_forge"), "module_error", "the measuring process answered for other cases");
}

TEST_CASE("program: in a duet no path tells a module which side it is") {
  require_one_failure(run_module("hostile_place"), "module_error", "axpy/plain is ");  // it would find out
  for (const char* launch : {"0", "1"}) {
    const Result result = run({"--baseline", module("hostile_place"), "--candidate", module("hostile_place"), "--launch",
                               launch, "--rounds", "30", "--warmup", "1"});
    INFO(result.err);
    REQUIRE(result.status == 0);
    for (const DuetCase& one : documents::read_duet(result.out, "stdout").cases) CHECK(one.failures.empty());
  }
}

TEST_CASE(
    "program: a module that leaves its process group is ended all the same, and so is one that outlived its parent") {
  require_one_failure(run_module("hostile_flee", {"--timeout-s", "1"}), "timed_out", "no result after 1 s");
}

// A sanitizer takes terabytes of addresses for itself.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("program: a module that takes all memory costs one case") {
  const rlimit limit{std::size_t{1} << 30, RLIM_INFINITY};
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
  const Result result = run_module("hostile_allocate", {"--threads", "1"});
  setrlimit(RLIMIT_AS, &before);
  require_one_failure(result, "module_error", "launch() failed: std::bad_alloc");
}
#endif

TEST_CASE("program: a module can write no file, start no process and use no network, not even while it is loaded") {
  std::string folder = "/tmp/ratchet-escape-XXXXXX";
  REQUIRE(mkdtemp(folder.data()));
  setenv("RATCHET_TEST_ESCAPE", folder.c_str(), 1);
  const Result kept = run_module("hostile_escape");
  CHECK(std::filesystem::is_empty(folder));
  const Result free = run_module("hostile_escape", {"--unconfined"});
  CHECK_FALSE(std::filesystem::is_empty(folder));
  unsetenv("RATCHET_TEST_ESCAPE");
  std::filesystem::remove_all(folder);
  REQUIRE(kept.status == 0);
  for (const Measurement& one : documents::read_run(kept.out, "stdout").measurements) CHECK(one.failures.empty());
  require_one_failure(free, "module_error", "axpy/plain escaped: wrote forked connected, wrote forked connected");
}

}  // namespace
}  // namespace ratchet::bench
