#include "src/executor/identity.h"

#include <doctest/doctest.h>

#include <csignal>

#include "ratchet/error.h"
#include "src/executor/interrupt.h"
#include "tests/documents/refusal.h"

using namespace ratchet;
using executor::DeviceCode;

namespace {

// Answers as it is told; measures nothing.
class PlannedBench final : public executor::Bench {
 public:
  documents::ModuleDescription describe(const std::filesystem::path&) override { throw Error("not asked for"); }
  Run run(const executor::RunRequest&) override { throw Error("not asked for"); }
  Duet duet(const executor::DuetRequest&) override { throw Error("not asked for"); }
  documents::CallComparisons compare_calls(const executor::IdentifyRequest& request) override {
    asked.push_back(request.cases);
    if (interrupted) throw executor::Interrupted(SIGINT);
    return calls;
  }
  DeviceCode device_code(const std::filesystem::path& module) override {
    ++extractions;
    if (!codes.contains(module)) throw Error("no tool");
    return codes.at(module);
  }

  documents::CallComparisons calls;
  std::map<std::filesystem::path, DeviceCode> codes;
  std::vector<std::vector<std::string>> asked;
  int extractions = 0;
  bool interrupted = false;
};

struct Asked {
  PlannedBench bench;
  std::vector<std::string> doubts;
  executor::Identity identity{bench, "9.0", 60, [this](const std::string& why) { doubts.push_back(why); }};

  Asked() {
    const DeviceCode code{{"sm_90", "aa", {"k", "l"}, false}, {"sm_90", "bb", {"m"}, false}};
    bench.codes = {{"b.so", code}, {"c.so", code}};
    bench.codes["c.so"][1].hash = "cc";
  }
  std::set<std::string> identical() { return identity.identical("b.so", "c.so", {"x/y/n=1", "x/y/n=2"}); }
};

}  // namespace

TEST_CASE("identity: a case is identical when its calls are and every kernel of them is") {
  Asked test;
  test.bench.calls.cases = {{"x/y/n=1", true, {"k", "l"}, ""}, {"x/y/n=2", true, {"k", "m"}, ""}};
  CHECK(test.identical() == std::set<std::string>{"x/y/n=1"});
  REQUIRE(test.doubts.size() == 1);
  CHECK(contains(test.doubts[0], "x/y/n=2 is measured: kernel m: the machine code"));
  CHECK(test.bench.asked == std::vector<std::vector<std::string>>{{"x/y/n=1", "x/y/n=2"}});
}

TEST_CASE("identity: calls that differ, and a sameness of nothing, are measured") {
  Asked test;
  test.bench.calls.cases = {{"x/y/n=1", false, {}, "the grid differs"}, {"x/y/n=2", true, {}, ""}};
  CHECK(test.identical().empty());
  CHECK(test.doubts.size() == 2);
}

TEST_CASE("identity: without a kernel in common the device is not asked") {
  Asked test;
  test.bench.codes["c.so"][0].hash = "dd";
  CHECK(test.identical().empty());
  CHECK(test.bench.asked.empty());
  CHECK(test.doubts.size() == 1);
}

TEST_CASE("identity: a file is taken apart once, and a doubt is said once") {
  Asked test;
  test.bench.calls.cases = {{"x/y/n=1", false, {}, "the grid differs"}};
  CHECK(test.identical().empty());
  CHECK(test.identical().empty());
  CHECK(test.bench.extractions == 2);
  CHECK(test.doubts.size() == 1);
}

TEST_CASE("identity: a fault is a doubt, an interrupt is not") {
  Asked test;
  test.bench.codes.erase("b.so");
  CHECK(test.identical().empty());
  CHECK(test.doubts == std::vector<std::string>{"all cases are measured: no tool"});

  Asked interrupted;
  interrupted.bench.interrupted = true;
  CHECK_THROWS_AS((void)interrupted.identical(), executor::Interrupted);
}
