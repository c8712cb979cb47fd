// The built-in modules as a host sees them: every case is well-formed, and every CPU case is right.
#include <doctest/doctest.h>
#include <regex.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/kernels/mini_host.h"

using ratchet::kernels::test::Library;
using ratchet::kernels::test::Run;

namespace {

std::vector<std::string> built_in() {
#ifdef RATCHET_HAS_CUDA
  return {RATCHET_MODULES "/ratchet_cpu.so", RATCHET_MODULES "/ratchet_cuda.so", RATCHET_MODULES "/ratchet_peers.so"};
#else
  return {RATCHET_MODULES "/ratchet_cpu.so"};
#endif
}

// POSIX, because GCC 12 warns inside its own <regex> when sanitizers are on.
bool matches(const char* text, const char* pattern) {
  regex_t compiled;
  if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0) return false;
  const bool found = regexec(&compiled, text, 0, nullptr, 0) == 0;
  regfree(&compiled);
  return found;
}

// The text of "file:line" in the source tree; empty if there is no such line.
std::string source_line(const std::string& place) {
  const auto colon = place.rfind(':');
  std::ifstream file(std::filesystem::path(RATCHET_SOURCE_DIR) / place.substr(0, colon));
  std::string line;
  for (int number = std::stoi(place.substr(colon + 1)); number > 0; --number) {
    if (!std::getline(file, line)) return "";
  }
  return line;
}

}  // namespace

TEST_CASE("modules: ids are unique, of the form op/implementation/key=value,..., and speak for themselves") {
  const char* form = "^[a-z0-9_]+/[a-z0-9_]+/[A-Za-z][A-Za-z0-9]*=[a-z0-9]+(,[A-Za-z][A-Za-z0-9]*=[a-z0-9]+)*$";
  for (const std::string& path : built_in()) {
    CAPTURE(path);
    const Library library(path);
    const ratchet_module* module = library.module();
    REQUIRE(module != nullptr);
    CHECK(module->abi == RATCHET_ABI);
    CHECK(module->device == (path.find("cpu") == std::string::npos ? RATCHET_CUDA : RATCHET_CPU));
    std::set<std::string> ids;
    for (std::uint32_t i = 0; i < module->case_count; ++i) {
      const ratchet_case& one = module->cases[i];
      CAPTURE(one.id);
      CHECK(matches(one.id, form));
      CHECK(ids.insert(one.id).second);
      CHECK(one.bytes > 0);
      CHECK((one.l2 == RATCHET_L2_COLD) == std::string(one.id).ends_with(",l2=cold"));
      CHECK(std::string(one.definition).size() > 20);
      CHECK(one.buffers[ratchet::kernels::test::output_index(one)].row > 0);
    }
    const std::map<std::string, std::size_t> cases{{"ratchet_cpu", 12}, {"ratchet_cuda", 57}, {"ratchet_peers", 16}};
    CHECK(ids.size() == cases.at(module->name));
  }
}

TEST_CASE("modules: each case names a line of the source tree, relative to its root") {
  for (const std::string& path : built_in()) {
    const Library library(path);
    for (std::uint32_t i = 0; i < library.module()->case_count; ++i) {
      REQUIRE(library.module()->cases[i].source != nullptr);
      CAPTURE(library.module()->cases[i].source);
      CHECK(source_line(library.module()->cases[i].source).find("here()") != std::string::npos);
    }
  }
}

TEST_CASE("modules: what is read and written once is what the buffers hold, without scratch") {
  const std::uint64_t element_bytes[] = {4, 2, 2, 8, 1};  // by ratchet_type
  for (const std::string& path : built_in()) {
    const Library library(path);
    for (std::uint32_t i = 0; i < library.module()->case_count; ++i) {
      const ratchet_case& one = library.module()->cases[i];
      CAPTURE(one.id);
      std::uint64_t bytes = 0;
      for (std::uint32_t k = 0; k < one.buffer_count; ++k) {
        if (one.buffers[k].fill == RATCHET_SCRATCH) continue;
        bytes += one.buffers[k].count * element_bytes[one.buffers[k].type];
      }
      CHECK(one.bytes == bytes);
    }
  }
}

TEST_CASE("ratchet_cpu: every case is within its bound, leaves its inputs alone, and is so on every call") {
  const Library library(built_in().front());
  const ratchet_module& module = *library.module();
  for (std::uint32_t i = 0; i < module.case_count; ++i) {
    const ratchet_case& one = module.cases[i];
    CAPTURE(one.id);
    Run run(module, one);
    const std::uint32_t out = ratchet::kernels::test::output_index(one);
    std::vector<std::vector<float>> before;
    for (std::uint32_t k = 0; k < one.buffer_count; ++k) {
      before.emplace_back(run.memory.data(k), run.memory.data(k) + one.buffers[k].count);
    }
    const std::vector<double> expected = run.reference();
    for (int call = 0; call < 2; ++call) {
      run.memory.poison();
      run.launch();
      const auto errors = run.errors(expected);
      CHECK(errors.rel_l2 <= one.buffers[out].rel_l2_max);
      CHECK(errors.worst_row <= one.buffers[out].row_error_max);
    }
    for (std::uint32_t k = 0; k < one.buffer_count; ++k) {
      if (k == out) continue;
      CHECK(std::memcmp(run.memory.data(k), before[k].data(), one.buffers[k].count * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("ratchet_cpu_variants: what is not refused answers rightly, and what is refused says why") {
  const Library library(std::string(RATCHET_MODULES) + "/ratchet_cpu_variants.so");
  const ratchet_module& module = *library.module();
  std::size_t refused = 0;
  for (std::uint32_t i = 0; i < module.case_count; ++i) {
    const ratchet_case& one = module.cases[i];
    const std::string id = one.id;
    if (id.find("n=2048") != std::string::npos) continue;  // 64 MiB of numbers drawn one by one
    CAPTURE(id);
    if (id.find("tile=128") != std::string::npos) {
      ++refused;
      std::string why;
      try {
        const Run run(module, one);
      } catch (const std::exception& error) {
        why = error.what();
      }
      CHECK((why.find("does not divide") != std::string::npos || why.find("32 KiB of L1") != std::string::npos));
      continue;
    }
    Run run(module, one);
    run.launch();
    CHECK(run.errors().rel_l2 == 0);
  }
  CHECK(refused == 10);
}
