#include "src/executor/cubin.h"

#include <doctest/doctest.h>

#include "src/documents/documents.h"
#include "tests/documents/refusal.h"
#include "tests/executor/elf.h"

using namespace ratchet;
using executor::Cubin;
using executor::read_cubin;
using executor::runs_on;

TEST_CASE("cubin: its kernels are those that have code") {
  const Cubin cubin = read_cubin(elf({".text._Z1av", ".nv.info._Z1bv", ".text._Z1cv"}), "sm_90");
  CHECK(cubin.kernels == std::set<std::string>{"_Z1av", "_Z1cv"});
  CHECK(cubin.architecture == "sm_90");
  CHECK(!cubin.has_variables);
}

TEST_CASE("cubin: one changed byte anywhere is another hash") {
  const std::string bytes = elf({".text._Z1av", ".nv.constant3"});
  const std::string hash = read_cubin(bytes, "sm_90").hash;
  CHECK(hash == read_cubin(bytes, "sm_80").hash);
  CHECK(hash != read_cubin(elf({".text._Z1av", ".nv.constant3"}, {}, "Code"), "sm_90").hash);
}

TEST_CASE("cubin: variables that the host could set are noticed, and nothing else is taken for one") {
  const auto has_variables = [](const Object& object) {
    return read_cubin(
               elf({".text._Z1av", ".nv.global", ".nv.global.init", ".nv.constant3", ".nv.shared._Z1av"}, {object}),
               "sm_90")
        .has_variables;
  };
  CHECK(has_variables({"counter", ".nv.global"}));
  CHECK(has_variables({"flag", ".nv.global", 1}));
  CHECK(has_variables({"table", ".nv.constant3"}));
  CHECK(has_variables({"_ZN4mine4cuda3std4flagE", ".nv.global", 1}));
  CHECK(has_variables({"_ZN36_INTERNAL_8ef49be9_6_cpo_cu_acc5a52f4mine4flagE", ".nv.global", 1}));
  CHECK(has_variables({"_ZN99_INTERNAL_", ".nv.global", 1}));
  CHECK(has_variables({"_ZN36_INTERNAL_8ef49be9_6_cpo_cu_acc5a52f4cuda3std3__45__cpo5beginE", ".nv.global", 8}));
  CHECK(!has_variables({"_ZN36_INTERNAL_8ef49be9_6_cpo_cu_acc5a52f4cuda3std3__45__cpo5beginE", ".nv.global", 1}));
  CHECK(!has_variables({"$str", ".nv.global.init"}));
  CHECK(!has_variables({"tile", ".nv.shared._Z1av"}));
  CHECK(!has_variables({".nv.reservedSmem.offset0", ""}));
}

TEST_CASE("cubin: a file cut short anywhere is refused, never one with fewer kernels") {
  const std::string whole = elf({".text._Z1av", ".text._Z1bv"}, {{"counter", ".text._Z1av"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    REQUIRE_THROWS(read_cubin(whole.substr(0, size), "sm_90"));
  }
}

TEST_CASE("cubin: what is no CUDA ELF file is refused") {
  const auto refused = [](std::size_t at, char byte) {
    std::string bytes = elf({".text._Z1av"});
    bytes[at] = byte;
    return contains(refusal([&] { (void)read_cubin(bytes, "sm_90"); }), "a cubin cannot be read");
  };
  CHECK(refused(0, 'x'));
  CHECK(refused(EI_CLASS, ELFCLASS32));
  CHECK(refused(EI_DATA, ELFDATA2MSB));
  CHECK(refused(offsetof(Elf64_Ehdr, e_machine), EM_386));
  CHECK(refused(offsetof(Elf64_Ehdr, e_shnum), 0));
  CHECK(refused(offsetof(Elf64_Ehdr, e_shstrndx), 100));
  CHECK(refused(offsetof(Elf64_Ehdr, e_shoff) + 7, 0x7f));
}

TEST_CASE("cubin: runs on the same major version that is not older, and a or f code only on its own") {
  for (const auto& [architecture, capability] : std::vector<std::pair<const char*, const char*>>{{"sm_80", "8.0"},
                                                                                                 {"sm_80", "8.9"},
                                                                                                 {"sm_89", "8.9"},
                                                                                                 {"sm_90a", "9.0"},
                                                                                                 {"sm_120", "12.1"},
                                                                                                 {"sm_103f", "10.3"}})
    CHECK_MESSAGE(runs_on(architecture, capability), architecture << " on " << capability);
  for (const auto& [architecture, capability] : std::vector<std::pair<const char*, const char*>>{{"sm_89", "8.6"},
                                                                                                 {"sm_80", "9.0"},
                                                                                                 {"sm_90", "8.9"},
                                                                                                 {"sm_100a", "10.3"},
                                                                                                 {"sm_120", "1.2"},
                                                                                                 {"sm_12", "12.0"},
                                                                                                 {"", "9.0"},
                                                                                                 {"sm_", "9.0"},
                                                                                                 {"sm_9", "9.0"},
                                                                                                 {"sm_9x", "9.0"},
                                                                                                 {"sm_90", ""},
                                                                                                 {"sm_90", "9"},
                                                                                                 {"sm_90", "9."},
                                                                                                 {"sm_90", ".0"},
                                                                                                 {"compute_90", "9.0"}})
    CHECK_MESSAGE(!runs_on(architecture, capability), architecture << " on " << capability);
}

#ifdef RATCHET_TEST_CUBINS
namespace {

Cubin made_by_nvcc(const std::string& name) {
  return read_cubin(documents::read_file(std::string(RATCHET_TEST_CUBINS) + "/" + name + ".cubin"), "sm_80");
}

}  // namespace

TEST_CASE("cubin: nvcc's are read: kernels, variables, and a changed constant in the code") {
  const Cubin one = made_by_nvcc("changed_2");
  CHECK(one.kernels.contains("_Z14changed_kernelPfPKf"));
  CHECK(!one.has_variables);
  CHECK(one.hash != made_by_nvcc("changed_3").hash);
  CHECK(one.hash == made_by_nvcc("changed_2_again").hash);  // from another folder
  CHECK(made_by_nvcc("variable").has_variables);
  CHECK(made_by_nvcc("variable").kernels.contains("_Z15variable_kernelPfPKf"));
}
#endif
