// One cubin: an ELF file with the machine code of kernels for one kind of GPU, as the CUDA Toolkit extracts it from a
// module. Compared as a whole, because a kernel is more than its own instructions: constants, initialised variables and
// the functions that it calls lie beside it. A change of one kernel of a cubin is so a change of all of them.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace ratchet::executor {

struct Cubin {
  std::string architecture;  // "sm_90a"
  std::string hash;          // SHA-256 of the whole
  std::set<std::string> kernels;
  // It holds __device__ or __constant__ variables: what the host has put there decides what a kernel does, and the file
  // does not tell it.
  bool has_variables = false;
};

// Throws Error when the bytes are not a whole 64-bit CUDA ELF file.
[[nodiscard]] Cubin read_cubin(std::string_view bytes, std::string architecture);

// Whether a device runs this machine code as it is: the same major version and a minor one that is not older; "a" and
// "f" code exactly its own version. capability as "9.0". False for anything that is not understood.
[[nodiscard]] bool runs_on(const std::string& architecture, const std::string& capability);

}  // namespace ratchet::executor
