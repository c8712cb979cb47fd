// The program when cases take turns: what a group says, and what it costs when one of its cases fails.
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

// A list of ids, blank lines between groups.
class CaseFile {
 public:
  explicit CaseFile(const std::string& text) : path_("program_test_cases_" + std::to_string(getpid())) {
    std::ofstream(path_) << text;
  }
  ~CaseFile() { std::filesystem::remove(path_); }
  CaseFile(const CaseFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const char* const kApart = "not measured in turn with the others of its group: ";

std::vector<std::string> apart(const Measurement& one) {
  std::vector<std::string> reasons;
  for (const std::string& warning : one.warnings)
    if (warning.starts_with(kApart)) reasons.push_back(warning.substr(std::string(kApart).size()));
  return reasons;
}

// Both cases of a module as one group.
Result run_group(const std::string& name, std::vector<std::string> more = {}) {
  const CaseFile file("axpy/plain/n=1024\naxpy/repeated/n=256\n");
  more.insert(more.end(), {"--cases-from", file.path(), "--together"});
  return run_module(name, more);
}

TEST_CASE("program: a group may be of several modules, is one document, and its cases have equally many rounds") {
  const std::string copy = "copy/threads/bytes=262144";
  const CaseFile file("axpy/repeated/n=256\n" + copy + "\n\naxpy/plain/n=1024\n");
  const Result result = run_module("good", {"--module", RATCHET_CPU_MODULE, "--cases-from", file.path(), "--together"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  const Run run = documents::read_run(result.out, "stdout");
  REQUIRE(run.measurements.size() == 3);
  CHECK(run.measurements[1].facts.id == copy);
  CHECK(run.telemetry.size() == 1);
  for (const Measurement& one : run.measurements) {
    CHECK(one.failures.empty());
    CHECK(one.launches.at(0).size() == 3);
    CHECK(one.check->verified);
    CHECK(apart(one).empty());
  }
  require_fault(run_module("good", {"--module", module("broken_wrong")}),
                "case axpy/plain/n=1024 is in two modules; rename one");
}

TEST_CASE("program: a case that kills, hangs or fails its group costs itself alone, and the others say what they lost") {
  const auto other = [](const Result& result) { return apart(documents::read_run(result.out, "stdout").measurements[1]); };
  const Result crash = run_group("broken_crash");
  require_one_failure(crash, "crashed", "the measuring process ");
  REQUIRE(other(crash).size() == 1);
  CHECK(other(crash)[0].starts_with("the measuring process "));
  const Result hang = run_group("broken_hang", {"--timeout-s", "1"});
  require_one_failure(hang, "timed_out", "no result after 1 s");
  CHECK(other(hang) == std::vector<std::string>{"no sign of life for 1 s"});
  const Result wrong = run_group("broken_wrong");
  require_one_failure(wrong, "wrong_answer", "'out' is off by rel_l2");
  CHECK(other(wrong).empty());
  const Result lacking = run_group("lacking");
  require_one_failure(lacking, "unavailable", "axpy/plain needs a thing that is nowhere; get it");
  CHECK(other(lacking).empty());
}

// A group of a module whose first case misbehaves once.
std::vector<Measurement> measured_in_spite_of(const std::string& name) {
  const std::string flag = "/tmp/ratchet-crash-group-" + std::to_string(getpid());
  std::ofstream(flag) << "once";
  setenv("RATCHET_TEST_CRASH_FLAG", flag.c_str(), 1);
  const Result result = run_group(name, {"--unconfined"});
  unsetenv("RATCHET_TEST_CRASH_FLAG");
  REQUIRE(result.status == 0);
  const Run run = documents::read_run(result.out, "stdout");
  REQUIRE(run.measurements.size() == 2);
  for (const Measurement& one : run.measurements) {
    CHECK(one.failures.empty());
    CHECK(one.launches.at(0).size() == 3);
  }
  return run.measurements;
}

TEST_CASE("program: a group whose process died once is measured case by case, with a warning on each") {
  for (const Measurement& one : measured_in_spite_of("broken_crash_first")) CHECK(apart(one).size() == 1);
}

TEST_CASE("program: a case that fails in a group and not alone is measured alone, and the others lose nothing") {
  const auto measured = measured_in_spite_of("broken_throw_first");
  CHECK(apart(measured[0]) == std::vector<std::string>{"launch() failed: axpy/plain throws once, on purpose"});
  CHECK(apart(measured[1]).empty());
}

}  // namespace
}  // namespace ratchet::bench
