// Real modules taken apart by the real cuobjdump, which needs no GPU.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "src/executor/device_code.h"
#include "tests/documents/refusal.h"
#include "tests/documents/temporary_folder.h"

using namespace ratchet;
using executor::code_doubt;
using executor::DeviceCode;
using executor::read_device_code;

namespace {

const std::filesystem::path kBuild = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();

bool is_skipped() {
  const std::string message = refusal([] { (void)read_device_code("/dev/null"); });
  if (!contains(message, "is not installed")) return false;
  std::cout << "skipped: no cuobjdump\n";
  return true;
}

std::set<std::string> kernels(const DeviceCode& code) {
  std::set<std::string> all;
  for (const executor::Cubin& cubin : code) all.insert(cubin.kernels.begin(), cubin.kernels.end());
  return all;
}

}  // namespace

TEST_CASE("device code: every kernel of ratchet_cuda is the same in a copy that differs in its last bytes") {
  if (is_skipped()) return;
  const std::filesystem::path module = kBuild / "modules" / "ratchet_cuda.so";
  const TemporaryFolder folder;
  const std::filesystem::path copy = folder / "copy.so";
  std::filesystem::copy_file(module, copy);
  std::ofstream(copy, std::ios::app) << "other bytes";
  const DeviceCode baseline = read_device_code(module);
  const DeviceCode candidate = read_device_code(copy);
  CHECK(kernels(baseline).size() >= 8);
  for (const std::string& kernel : kernels(baseline)) {
    CAPTURE(kernel);
    CHECK(code_doubt(baseline, candidate, kernel, "8.0").value_or("same") == "same");
    CHECK(code_doubt(baseline, candidate, kernel, "9.0").value_or("same") == "same");
    CHECK(contains(code_doubt(baseline, candidate, kernel, "7.5").value(), "no machine code for this device"));
  }
}

TEST_CASE("device code: of two builds with one changed constant only its kernel differs") {
  if (is_skipped()) return;
  const DeviceCode baseline = read_device_code(kBuild / "test_modules" / "cuda_test_2.so");
  const DeviceCode candidate = read_device_code(kBuild / "test_modules" / "cuda_test_3.so");
  const auto doubt = [&](const std::string& kernel) {
    return code_doubt(baseline, candidate, kernel, "9.0").value_or("same");
  };
  CHECK(doubt("_Z11kept_kernelPfPKff") == "same");
  CHECK(contains(doubt("_Z14changed_kernelPfPKf"), "differs"));
  CHECK(contains(doubt("_Z15variable_kernelPfPKf"), "device variables"));
  CHECK(contains(doubt("_Z7unknownv"), "not in the module's file"));
}

TEST_CASE("device code: a module for the CPU has none") {
  if (is_skipped()) return;
  CHECK(refusal([] { (void)read_device_code(kBuild / "modules" / "ratchet_cpu.so"); }) != "(nothing was refused)");
}
