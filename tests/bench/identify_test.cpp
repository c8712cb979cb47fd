#include "src/bench/identify.h"

#include <doctest/doctest.h>

#include "tests/bench/fake.h"

namespace ratchet::bench {
namespace {

using testing::fake_module;
using testing::FakeCase;
using testing::FakeDevice;
using testing::twice;

struct Identify {
  FakeCase baseline{"twice/a/n=64", twice};
  FakeCase candidate{"twice/a/n=64", twice};
  FakeDevice device{{}};

  documents::CallComparison compare() {
    return compare_calls(device, {"baseline", &fake_module(), &baseline.abi},
                         {"candidate", &fake_module(), &candidate.abi});
  }
};

CallGraph graph_with(const std::string& arguments) {
  return {{{"_Z5twicePfS_", {{"list of arguments", arguments}}}}, {}};
}

TEST_CASE("identify: equal calls are the same, without a reference and with everything released") {
  Identify test;
  test.baseline.reference_factor = 3;  // a wrong answer: not asked for
  test.device.graph = [](PreparedCase&) { return graph_with("x"); };
  const auto compared = test.compare();
  CHECK(compared.same);
  CHECK(compared.id == "twice/a/n=64");
  CHECK(compared.kernels == std::vector<std::string>{"_Z5twicePfS_"});
  CHECK(compared.why == "");
  for (const FakeCase* side : {&test.baseline, &test.candidate}) {
    CHECK(side->prepared == 1);
    CHECK(side->released == 1);
  }
}

TEST_CASE(
    "identify: both sides get the same buffers and are prepared together, so that own memory has its own address") {
  Identify test;
  std::vector<int> prepared_at_look;
  test.device.graph = [&](PreparedCase&) {
    prepared_at_look.push_back(test.baseline.prepared + test.candidate.prepared - test.baseline.released -
                               test.candidate.released);
    return graph_with("x");
  };
  CHECK(test.compare().same);
  CHECK(prepared_at_look == std::vector<int>{2, 2});
  CHECK(test.baseline.memory == test.candidate.memory);
}

TEST_CASE("identify: a call is looked at after a first one") {
  Identify test;
  int calls = 0;
  test.candidate.launch = [&](float*, float*) { ++calls; };
  test.device.graph = [&](PreparedCase& side) {
    if (side.side().name == "candidate") CHECK(calls == 1);
    return graph_with("x");
  };
  CHECK(test.compare().same);
}

TEST_CASE("identify: other arguments, a failing call and a call that cannot be seen are not the same, and say why") {
  Identify test;
  test.device.graph = [](PreparedCase& side) { return graph_with(side.side().name); };
  SUBCASE("arguments") { CHECK(test.compare().why == "kernel _Z5twicePfS_: the list of arguments differs"); }
  SUBCASE("failing") {
    test.candidate.launch = nullptr;
    CHECK(test.compare().why == "candidate: launch() failed: no launch on purpose");
  }
  SUBCASE("unseen") {
    test.device.graph = [](PreparedCase&) -> CallGraph { throw CaseError("module_error", "", "cannot be captured"); };
    CHECK(test.compare().why == "cannot be captured");
  }
  CHECK_FALSE(test.compare().same);
  CHECK(test.compare().kernels.empty());
}

}  // namespace
}  // namespace ratchet::bench
