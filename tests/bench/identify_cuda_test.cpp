// Identity on a real GPU: what the program says of modules whose differences are known, and the whole chain with the
// machine code where cuobjdump is installed.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "src/bench/case_memory.h"
#include "src/bench/device.h"
#include "src/bench/module.h"
#include "src/executor/identity.h"
#include "tests/documents/refusal.h"
#include "tests/documents/temporary_folder.h"

namespace ratchet::bench {
namespace {

using documents::CallComparison;

const std::filesystem::path kBuild = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
const std::filesystem::path kCuda = kBuild / "modules" / "ratchet_cuda.so";
const std::filesystem::path kTest2 = kBuild / "test_modules" / "cuda_test_2.so";
const std::filesystem::path kTest3 = kBuild / "test_modules" / "cuda_test_3.so";

executor::ProcessBench program() { return executor::ProcessBench(kBuild / "bin" / "ratchet-bench"); }

// Of the module; empty, and said, where there is no device.
std::optional<documents::ModuleDescription> described(const std::filesystem::path& module) {
  documents::ModuleDescription description = program().describe(module);
  if (description.environment) return description;
  std::cout << "skipped: no CUDA device\n";
  return std::nullopt;
}

std::vector<std::string> ids(const documents::ModuleDescription& module) {
  std::vector<std::string> all;
  for (const CaseFacts& facts : module.cases) all.push_back(facts.id);
  return all;
}

// Another file of the same code: bytes behind the end of an ELF file mean nothing.
class OtherFile {
 public:
  explicit OtherFile(const std::filesystem::path& module) {
    std::filesystem::copy_file(module, path());
    std::ofstream(path(), std::ios::app) << "other bytes";
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "copy.so"; }

 private:
  TemporaryFolder folder_;
};

TEST_CASE("identify: every case of ratchet_cuda launches the same as in another file of the same code") {
  const auto module = described(kCuda);
  if (!module) return;
  const OtherFile copy(kCuda);
  const auto calls = program().compare_calls({kCuda, copy.path(), ids(*module), 60});
  CHECK(calls.cases.size() == module->cases.size());
  for (const CallComparison& one : calls.cases) {
    CAPTURE(one.id);
    CHECK_MESSAGE(one.same, one.why);
    CHECK_FALSE(one.kernels.empty());
  }
}

TEST_CASE("identify: each way in which a case can change between two modules is told") {
  const auto module = described(kTest2);
  if (!module) return;
  const std::map<std::string, std::string> expected{
      {"argument", "the list of arguments differs"},
      {"carved", "attributes differs"},
      {"changed", "same"},  // as a launch: that its machine code is another is not seen here
      {"cleared", "memset: the value differs"},
      {"cooperative", "attributes differs"},
      {"copy", "more than kernels and memsets"},
      {"kept", "same"},
      {"memset", "same"},
      {"nothing", "the call launches no kernel"},
      {"regrid", "the grid differs"},
      {"scratch", "the list of arguments differs"},
      {"twice", "graph nodes"},
      {"variable", "same"},  // as a launch
      {"waiting", "cannot be captured"}};
  const auto calls = program().compare_calls({kTest2, kTest3, ids(*module), 60});
  REQUIRE(calls.cases.size() == expected.size());
  for (const CallComparison& one : calls.cases) {
    const std::string name = one.id.substr(6, one.id.rfind('/') - 6);  // of scale/NAME/n=65536
    CAPTURE(name);
    CHECK_MESSAGE(contains(one.same ? "same" : one.why, expected.at(name)), one.why);
  }
}

TEST_CASE("identify: cases of two shapes are not the same") {
  if (!described(kCuda)) return;
  const Module module(kCuda);
  const auto device = open_device(RATCHET_CUDA, 1);
  const auto graph = [&](const std::string& id) {
    const ratchet_case* const which = module.find(id);
    REQUIRE(which);
    BufferPool pool(*device);
    const CaseMemory memory(pool, *which);
    PreparedCase prepared({"", &*module, which}, device->lend(), memory.pointers());
    prepared.launch();
    device->finish();
    return device->call_graph(prepared);
  };
  const std::string tiled = "attention/tiled/B=32,H=8,S=";
  const CallGraph small = graph(tiled + "128,D=64,dtype=fp16,causal=0");
  CHECK(!difference(small, small));
  CHECK(difference(small, graph(tiled + "512,D=64,dtype=fp16,causal=0")));
  CHECK(difference(small, graph(tiled + "128,D=64,dtype=bf16,causal=0")));
}

TEST_CASE("identity: of two real modules exactly the cases of the same code and the same launches are identical") {
  const auto module = described(kTest2);
  const auto whole = described(kCuda);
  if (!module || !whole) return;
  if (contains(refusal([] { (void)executor::read_device_code(kCuda); }), "is not installed")) {
    std::cout << "skipped: no cuobjdump\n";
    return;
  }
  executor::ProcessBench bench = program();
  executor::Identity identity(bench, module->environment->device.compute_capability, 60,
                              [](const std::string& why) { std::cout << why << '\n'; });
  CHECK(identity.identical(kTest2, kTest3, ids(*module)) ==
        std::set<std::string>{"scale/kept/n=65536", "scale/memset/n=65536"});
  const OtherFile copy(kCuda);
  CHECK(identity.identical(kCuda, copy.path(), ids(*whole)).size() == whole->cases.size());
}

}  // namespace
}  // namespace ratchet::bench
