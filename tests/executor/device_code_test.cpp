#include "src/executor/device_code.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "src/documents/documents.h"
#include "tests/documents/refusal.h"
#include "tests/documents/temporary_folder.h"
#include "tests/executor/elf.h"

using namespace ratchet;
using executor::code_doubt;
using executor::DeviceCode;
using executor::read_device_code;

namespace {

// A folder with a cuobjdump that is a shell script, first on the PATH.
class Toolkit {
 public:
  explicit Toolkit(const std::string& script) : before_(std::getenv("PATH")) {
    const std::filesystem::path program = folder_ / "cuobjdump";
    std::ofstream(program) << "#!/bin/sh\nhere=$(dirname \"$0\")\n" << script << "\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    ::setenv("PATH", (folder_.path().string() + ":" + before_).c_str(), 1);
  }
  ~Toolkit() { ::setenv("PATH", before_.c_str(), 1); }
  Toolkit(const Toolkit&) = delete;
  Toolkit& operator=(const Toolkit&) = delete;

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::string read(const std::string& name) const { return documents::read_file(folder_ / name); }

 private:
  TemporaryFolder folder_;
  std::string before_;
};

const DeviceCode kCode = {{"sm_80", "aa", {"_Z1av"}, false}, {"sm_90a", "bb", {"_Z1av", "_Z1bv"}, false}};

std::string doubt(const DeviceCode& baseline, const DeviceCode& candidate, const std::string& capability = "9.0") {
  return code_doubt(baseline, candidate, "_Z1av", capability).value_or("same");
}

}  // namespace

TEST_CASE("device code: every extracted cubin is read, in a folder that is gone afterwards") {
  const Toolkit toolkit("echo \"$@\" > $here/args; pwd > $here/folder; cp $here/*.cubin .");
  toolkit.write("m.1.sm_80.cubin", elf({".text._Z1av"}));
  toolkit.write("m.2.sm_90a.cubin", elf({".text._Z1av", ".text._Z1bv"}));
  const DeviceCode code = read_device_code("/some/where/m.so");
  REQUIRE(code.size() == 2);
  const std::size_t newer = code[0].architecture == "sm_90a" ? 0 : 1;
  CHECK(code[newer].architecture == "sm_90a");
  CHECK(code[newer].kernels.size() == 2);
  CHECK(code[1 - newer].architecture == "sm_80");
  CHECK(toolkit.read("args") == "-xelf all /some/where/m.so\n");
  std::string folder = toolkit.read("folder");
  folder.pop_back();
  CHECK(!std::filesystem::exists(folder));
}

TEST_CASE("device code: a tool that fails, extracts nothing or half a file is an error") {
  const auto refused = [](const std::string& script) {
    const Toolkit toolkit(script);
    toolkit.write("half.sm_90.cubin", elf({".text._Z1av"}).substr(0, 100));
    return refusal([] { (void)read_device_code("m.so"); });
  };
  CHECK(contains(refused("echo no device code >&2; exit 255"), "exited with status 255: no device code"));
  CHECK(contains(refused("true"), "m.so holds no machine code"));
  CHECK(contains(refused("cp $here/half.sm_90.cubin ."), "cut off"));
}

TEST_CASE("device code: without a cuobjdump there is an error that names it") {
  if (std::filesystem::exists("/usr/local/cuda/bin/cuobjdump")) return;
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", "/no/such/folder", 1);
  const std::string message = refusal([] { (void)read_device_code("m.so"); });
  ::setenv("PATH", before.c_str(), 1);
  CHECK(contains(message, "cuobjdump"));
  CHECK(contains(message, "is not installed"));
}

TEST_CASE("device code: a driver that is told to compile PTX anew does not run the machine code") {
  const Toolkit toolkit("cp $here/*.cubin .");
  toolkit.write("m.1.sm_80.cubin", elf({".text._Z1av"}));
  ::setenv("CUDA_FORCE_PTX_JIT", "1", 1);
  CHECK(contains(refusal([] { (void)read_device_code("m.so"); }), "CUDA_FORCE_PTX_JIT"));
  ::unsetenv("CUDA_FORCE_PTX_JIT");
  CHECK(read_device_code("m.so").size() == 1);
}

TEST_CASE("device code: a kernel is the same when all of its machine code is, and some of it runs here") {
  CHECK(doubt(kCode, kCode) == "same");
  CHECK(doubt(kCode, {kCode[1], kCode[0]}) == "same");
  CHECK(doubt(kCode, kCode, "8.9") == "same");
  CHECK(contains(doubt(kCode, kCode, "10.0"), "no machine code for this device"));
  CHECK(contains(doubt(kCode, kCode, ""), "no machine code for this device"));
}

TEST_CASE("device code: changed, additional, absent and unknown code is a doubt") {
  DeviceCode other = kCode;
  SUBCASE("changed, though for another device") { other[0].hash = "cc"; }
  SUBCASE("for one device more") { other.push_back({"sm_100", "cc", {"_Z1av"}, false}); }
  SUBCASE("for one device fewer") { other.pop_back(); }
  SUBCASE("the same twice") { other.push_back(other[0]); }
  CHECK(contains(doubt(kCode, other), "differs"));
  CHECK(contains(doubt(other, kCode), "differs"));
  CHECK(contains(code_doubt(kCode, kCode, "_Z1cv", "9.0").value(), "not in the module's file"));
  CHECK(contains(doubt(kCode, {}), "not in the module's file"));
  CHECK(contains(doubt({}, kCode), "not in the module's file"));
}

TEST_CASE("device code: a change in a cubin without the kernel is none of its business, a variable in its own is") {
  DeviceCode other = kCode;
  other.push_back({"sm_90", "dd", {"_Z1cv"}, true});
  CHECK(doubt(kCode, other) == "same");
  other[0].has_variables = true;
  CHECK(contains(doubt(other, other), "device variables"));
}
