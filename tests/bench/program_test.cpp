// The program from outside: what it prints and how it exits when modules misbehave.
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

#ifdef RATCHET_CUDA_MODULE
TEST_CASE("program: a CUDA module is described without a device too, and then without an environment") {
  const Result result = run({"--describe", RATCHET_CUDA_MODULE});
  REQUIRE(result.status == 0);
  const auto module = documents::read_module(result.out, "ratchet_cuda");
  CHECK(module.device == "cuda");
  CHECK(module.cases.size() >= 20);
  if (run({"--module", RATCHET_CUDA_MODULE, "--case", "copy/*", "--rounds", "11"}).status == 0) {
    CHECK(module.environment);
  } else {
    CHECK(!module.environment);
  }
}
#endif

TEST_CASE("program: a module that crashes costs one case") {
  require_one_failure(run_module("broken_crash"), "crashed", "the measuring process ");
}

TEST_CASE(
    "program: a death that does not repeat costs a warning, and one that does names how the second process ended") {
  const std::string flag = "/tmp/ratchet-crash-first-" + std::to_string(getpid());
  std::ofstream(flag) << "once";
  setenv("RATCHET_TEST_CRASH_FLAG", flag.c_str(), 1);
  const Result result = run_module("broken_crash_first", {"--unconfined"});  // it keeps its count in a file
  unsetenv("RATCHET_TEST_CRASH_FLAG");
  CHECK_FALSE(std::filesystem::exists(flag));
  REQUIRE(result.status == 0);
  const Run run = documents::read_run(result.out, "stdout");
  const Measurement& one = run.measurements[0];
  CHECK(one.failures.empty());
  CHECK(one.launches.size() == 1);
  REQUIRE(one.warnings.size() >= 1);
  CHECK(std::any_of(one.warnings.begin(), one.warnings.end(), [](const std::string& warning) {
    return warning == "the measuring process was killed by SIGSEGV and a second one measured the case" ||
           warning ==
               "the measuring process ended with exit status 1 and a second one measured the case";  // sanitizers
  }));
  const Run twice = documents::read_run(run_module("broken_crash").out, "stdout");
  CHECK(twice.measurements[0].failures.front().message.ends_with(", in a second one too"));
}

TEST_CASE("program: a module that hangs costs one case and no more than its time") {
  require_one_failure(run_module("broken_hang", {"--timeout-s", "1.5"}), "timed_out", "no result after 1.5 s");
}

TEST_CASE("program: a module that ends the process with success is a crash") {
#ifdef __SANITIZE_ADDRESS__
  const char* const manner =
      "ended with exit status ";  // of the leak checker, which a confined process does not let look
#else
  const char* const manner = "ended with exit status 0";
#endif
  require_one_failure(run_module("broken_exit"), "crashed", manner);
}

TEST_CASE("program: a wrong answer, a changed input, an error and a kernel that stops are failures by name") {
  require_one_failure(run_module("broken_wrong"), "wrong_answer", "'out' is off by rel_l2");
  require_one_failure(run_module("broken_input"), "input_changed", "launch() changed its input 'x'");
  require_one_failure(run_module("broken_throw"), "module_error", "launch() failed: axpy/plain throws on purpose");
  require_one_failure(run_module("broken_prepare"), "module_error", "prepare() failed: ");
  require_one_failure(run_module("broken_once"), "wrong_answer", "after timing: 'out' holds 1024 values");
}

TEST_CASE("program: a case that the machine lacks something for is listed with the reason and costs no other") {
  const Result result = run_module("lacking", {"--verbose"});
  require_one_failure(result, "unavailable", "axpy/plain needs a thing that is nowhere; get it");
  CHECK(result.err.find("axpy/plain/n=1024: unavailable: axpy/plain needs") != std::string::npos);
}

TEST_CASE("program: a duet says of both sides whether they are available") {
  using Sides = std::vector<std::string>;
  const auto lacking_sides = [](const char* baseline, const char* candidate) {
    const Result result =
        run({"--baseline", module(baseline), "--candidate", module(candidate), "--rounds", "3", "--warmup", "1"});
    REQUIRE(result.status == 0);
    const Duet duet = documents::read_duet(result.out, "stdout");
    CHECK(duet.cases[1].launches.size() == 1);
    Sides sides;
    for (const Failure& failure : duet.cases[0].failures) {
      CHECK(failure.kind == kUnavailable);
      sides.push_back(failure.side);
    }
    return sides;
  };
  CHECK(lacking_sides("good", "lacking") == Sides{"candidate"});
  CHECK(lacking_sides("lacking", "good") == Sides{"baseline"});
  CHECK(lacking_sides("lacking", "lacking") == Sides{"baseline", "candidate"});
}

TEST_CASE("program: a module in C, built with the frozen header of ABI 1, is measured") {
  const Result result = run_module("abi_1", {"--rounds", "3", "--warmup", "0"});
  REQUIRE_MESSAGE(result.status == 0, result.err);
  const Run run = documents::read_run(result.out, "stdout");
  REQUIRE(run.measurements.size() == 2);
  CHECK(run.measurements[0].facts.id == "increment/c/n=256");
  CHECK(run.measurements[0].facts.bytes == 2048);
  CHECK(run.measurements[0].facts.flops == 256);
  CHECK(run.measurements[0].facts.source == "abi_1_module.c:1");
  CHECK(run.measurements[1].facts.timed_by == "host");
  for (const Measurement& one : run.measurements) CHECK_MESSAGE((one.check && one.check->verified), one.facts.id);
}

TEST_CASE("program: modules that break the rules are refused in one line") {
  require_fault(run_module("broken_abi"), "speaks module ABI 2, this ratchet-bench speaks up to 1");
  require_fault(run_module("broken_no_entry"), "exports no ratchet_module_entry");
  require_fault(run_module("broken_null"), "returned NULL");
  require_fault(run_module("broken_duplicate"), "two cases have the id axpy/plain/n=1024");
  require_fault(run_module("broken_empty"), "the module has no cases");
  require_fault(run_module("no_such_module"), "no such module file");
  require_fault(run({"--module", __FILE__}), "cannot be loaded");
}

TEST_CASE("program: nothing to measure is a fault") {
  require_fault(run_module("good", {"--case", "matmul/*"}), "--case matmul/* matches no case");
  require_fault(run_module("good", {"--cases-from", "/dev/null"}), "lists no case");
  require_fault(run({}), "give one of --describe MODULE");
}

TEST_CASE("program: the clock of a CPU is not to be locked") {
  require_fault(run_module("good", {"--lock-clocks", "1500"}), "--lock-clocks is for GPUs");
}

TEST_CASE("program: only the selected cases are measured") {
  const Result result = run_module("broken_crash", {"--case", "*/repeated/*"});
  REQUIRE(result.status == 0);
  const Run run = documents::read_run(result.out, "stdout");
  REQUIRE(run.measurements.size() == 1);
  CHECK(run.measurements[0].facts.id == "axpy/repeated/n=256");
}

TEST_CASE("program: a run says where it was measured and how") {
  const Result result = run_module("good", {"--launch", "7"});
  REQUIRE(result.status == 0);
  const Run run = documents::read_run(result.out, "stdout");
  REQUIRE(run.environment);
  CHECK(run.environment->device.kind == "cpu");
  CHECK(run.environment->device.name != "");
  CHECK(run.environment->os.starts_with("Linux "));
  CHECK((run.environment->clock_policy == "default" || run.environment->clock_policy.starts_with("governor:")));
  CHECK(run.environment->timer_tick_ns > 0);
  REQUIRE(run.telemetry.size() == 1);
  CHECK(run.telemetry[0].launch == 7);
  CHECK(run.telemetry[0].sentinel_copy_ns > 0);
  CHECK(run.telemetry[0].sentinel_fma_ns > 0);
  CHECK(run.uuid == "");
  CHECK(run.measurements[0].facts.peak_memory_bytes == 3 * 1024 * sizeof(float));
}

TEST_CASE("program: describe lists the cases and measures nothing, even where measuring would crash") {
  const Result result = run({"--describe", module("broken_crash")});
  REQUIRE(result.status == 0);
  const auto description = documents::read_module(result.out, "stdout");
  CHECK(description.name == "test");
  CHECK(description.device == "cpu");
  REQUIRE(description.cases.size() == 2);
  CHECK(description.cases[0].id == "axpy/plain/n=1024");
  CHECK(description.cases[0].definition.size() == 16);
  REQUIRE(description.environment);
  CHECK(description.environment->timer_tick_ns == 0);
}

TEST_CASE("program: a module beside itself gives 101 pairs a case") {
  const Result result = run({"--baseline", module("good"), "--candidate", module("good")});
  REQUIRE(result.status == 0);
  const Duet duet = documents::read_duet(result.out, "stdout");
  CHECK(duet.baseline.module_hash.size() == 64);
  CHECK(duet.baseline.module_hash == duet.candidate.module_hash);
  REQUIRE(duet.cases.size() == 2);
  for (const DuetCase& one : duet.cases) {
    CHECK(one.failures.empty());
    REQUIRE(one.launches.size() == 1);
    CHECK(one.launches[0].baseline_ns.size() == 101);
    CHECK(one.launches[0].candidate_ns.size() == 101);
    CHECK(one.baseline_check->verified);
    CHECK(one.candidate_check->verified);
    CHECK(one.baseline_definition == one.facts.definition);
  }
}

TEST_CASE("program: a crash of one side in a duet is a failure of the case") {
  const Result result = run({"--baseline", module("good"), "--candidate", module("broken_wrong"), "--rounds", "3"});
  REQUIRE(result.status == 0);
  const Duet duet = documents::read_duet(result.out, "stdout");
  REQUIRE(duet.cases.size() == 2);
  REQUIRE_FALSE(duet.cases[0].failures.empty());
  CHECK(duet.cases[0].failures[0].side == "candidate");
  CHECK(duet.cases[0].baseline_check->verified);
  CHECK_FALSE(duet.cases[0].candidate_check->verified);
  CHECK(duet.cases[1].launches.size() == 1);
}

documents::CallComparisons identified(const std::string& baseline, const std::string& candidate) {
  const Result result =
      run({"--identify", "--baseline", module(baseline), "--candidate", module(candidate), "--timeout-s", "1.5"});
  INFO(result.err.substr(0, 2000));
  REQUIRE(result.status == 0);
  const auto calls = documents::read_call_comparisons(result.out, "stdout");
  REQUIRE(calls.cases.size() == 2);
  CHECK(calls.cases[0].id == "axpy/plain/n=1024");
  CHECK(calls.cases[1].id == "axpy/repeated/n=256");
  return calls;
}

TEST_CASE("program: identify says nothing of a CPU, not even of one module beside itself") {
  for (const auto& one : identified("good", "good").cases) {
    CHECK_FALSE(one.same);
    CHECK(one.why == "what a call does on a CPU cannot be seen");
  }
}

TEST_CASE(
    "program: identify survives a crash, a hang and an error of either side, which are differences and no fault") {
  const auto why = [](const std::string& baseline, const std::string& candidate) {
    const auto calls = identified(baseline, candidate);
    CHECK_FALSE(calls.cases[0].same);
    CHECK(calls.cases[1].why == "what a call does on a CPU cannot be seen");  // the other case was asked all the same
    return calls.cases[0].why;
  };
  CHECK(why("broken_crash", "good").starts_with("the measuring process "));
  CHECK(why("broken_hang", "good").starts_with("no result after 1.5 s"));
  CHECK(why("good", "broken_prepare").starts_with("candidate: prepare() failed"));
  CHECK(why("broken_throw", "good").starts_with("baseline: launch() failed"));
}

// The only test that looks at times: three tries, because a busy machine can hide anything once.
TEST_CASE("program: a handicap of 10 % makes the candidate about 10 % slower") {
  double change_percent = 0;
  for (int attempt = 0; attempt < 3 && !(change_percent > 5 && change_percent < 20); ++attempt) {
    const Result result = run({"--baseline", module("good"), "--candidate", module("good"), "--case", "*/repeated/*",
                               "--handicap", "*/repeated/*=10"});
    REQUIRE(result.status == 0);
    const DuetCase one = documents::read_duet(result.out, "stdout").cases.front();
    CHECK(one.facts.handicap_percent == 10);
    std::vector<double> changes;
    for (std::size_t i = 0; i < one.launches[0].baseline_ns.size(); ++i)
      changes.push_back(one.launches[0].candidate_ns[i] / one.launches[0].baseline_ns[i] - 1);
    std::nth_element(changes.begin(), changes.begin() + 50, changes.end());
    change_percent = 100 * changes[50];
  }
  CHECK(change_percent > 5);
  CHECK(change_percent < 20);
}

TEST_CASE("program: help and version are printed and nothing else happens") {
  const Result help = run({"--help"});
  CHECK(help.status == 0);
  CHECK(help.out.find("--handicap GLOB=PERCENT") != std::string::npos);
  const Result version = run({"--version"});
  CHECK(version.status == 0);
  CHECK(version.out.starts_with("ratchet-bench "));
}

// The descendants of a process are found by the kernel's own list.
std::string children_of(pid_t process) {
  std::string children;
  std::getline(std::ifstream("/proc/" + std::to_string(process) + "/task/" + std::to_string(process) + "/children"),
               children);
  return children;
}

TEST_CASE("program: signals end it with their own exit code, and no process is left") {
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    const int nowhere = open("/dev/null", O_RDWR);
    const pid_t program = start({"--module", module("broken_hang"), "--rounds", "3"}, nowhere, nowhere);
    close(nowhere);
    for (int attempt = 0; attempt < 2000 && children_of(program).empty(); ++attempt)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    REQUIRE_FALSE(children_of(program).empty());
    const pid_t worker = std::stoi(children_of(program));
    kill(program, signal);
    int status = 0;
    waitpid(program, &status, 0);
    if (signal == SIGKILL) {
      CHECK(WIFSIGNALED(status));
    } else {
      REQUIRE(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 128 + signal);
    }
    // Nobody waits for the orphan of a killed parent, so its end takes its moment.
    const std::string state = "/proc/" + std::to_string(worker) + "/stat";
    bool gone = false;
    for (int attempt = 0; attempt < 1000 && !gone; ++attempt) {
      std::string line;
      std::getline(std::ifstream(state), line);
      gone = line.empty() || line.find(") Z ") != std::string::npos;
      if (!gone) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(gone);
  }
}

}  // namespace
}  // namespace ratchet::bench
