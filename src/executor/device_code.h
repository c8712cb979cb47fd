// The machine code that a CUDA module carries, kernel by kernel. The CUDA Toolkit's own cuobjdump takes the module
// apart: fat binaries may be compressed, their format is not documented, and a reader of our own would be wrong one day
// without noticing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/executor/cubin.h"

namespace ratchet::executor {

using DeviceCode = std::vector<Cubin>;

// Throws Error when cuobjdump is not installed (on the PATH, in /usr/local/cuda/bin or beside nvcc), fails, or finds no
// machine code; Interrupted when interrupted.
[[nodiscard]] DeviceCode read_device_code(const std::filesystem::path& module);

// Why nobody can say that the kernel is the same machine code on both sides; nothing when it is, on a device of this
// compute capability ("9.0").
[[nodiscard]] std::optional<std::string> code_doubt(const DeviceCode& baseline, const DeviceCode& candidate,
                                                    const std::string& kernel, const std::string& capability);

}  // namespace ratchet::executor
