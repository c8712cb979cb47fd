#include "src/executor/device_code.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "ratchet/error.h"
#include "src/documents/documents.h"
#include "src/executor/process.h"
#include "src/executor/scratch.h"

namespace ratchet::executor {
namespace {

namespace fs = std::filesystem;

constexpr double kExtractTimeout_s = 120;

// As a shell would find it; empty when it is nowhere.
fs::path on_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder.empty() ? "." : folder) / program;
    if (fs::is_regular_file(file) && ::access(file.c_str(), X_OK) == 0) return fs::absolute(file);
  }
  return {};
}

fs::path cuobjdump() {
  const std::string name = "cuobjdump";
  if (const fs::path found = on_path(name); !found.empty()) return found;
  std::vector<fs::path> folders{"/usr/local/cuda/bin"};
  if (const fs::path nvcc = on_path("nvcc"); !nvcc.empty()) folders.push_back(fs::canonical(nvcc).parent_path());
  for (const fs::path& folder : folders)
    if (::access((folder / name).c_str(), X_OK) == 0) return folder / name;
  throw Error("cuobjdump of the CUDA Toolkit, which reads the machine code of modules, is not installed here");
}

std::vector<std::string> hashes(const DeviceCode& code, const std::string& kernel) {
  std::vector<std::string> all;
  for (const Cubin& cubin : code)
    if (cubin.kernels.contains(kernel)) all.push_back(cubin.hash);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

DeviceCode read_device_code(const fs::path& module) {
  // Then the driver compiles the PTX of a module anew and does not run its machine code.
  const char* const forced = std::getenv("CUDA_FORCE_PTX_JIT");
  if (forced != nullptr && std::string(forced) != "0")
    throw Error("CUDA_FORCE_PTX_JIT is set: what runs is not the machine code of the modules");
  const Scratch folder("cubins");
  Command command;
  command.argv = {cuobjdump().string(), "-xelf", "all", fs::absolute(module).string()};
  command.cwd = folder.path();
  command.timeout_s = kExtractTimeout_s;
  const Result result = run(command);
  if (!result.ok()) throw Error(command.argv[0] + " -xelf all " + module.string() + " " + ending(result));
  DeviceCode code;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path())) {
    const std::string bytes = documents::read_file(entry.path());
    // "name.3.sm_90a.cubin"
    const std::string architecture = entry.path().stem().extension().string();
    code.push_back(read_cubin(bytes, architecture.empty() ? "" : architecture.substr(1)));
  }
  if (code.empty()) throw Error(module.string() + " holds no machine code for a GPU");
  return code;
}

std::optional<std::string> code_doubt(const DeviceCode& baseline, const DeviceCode& candidate,
                                      const std::string& kernel, const std::string& capability) {
  const std::vector<std::string> there = hashes(baseline, kernel);
  const std::vector<std::string> here = hashes(candidate, kernel);
  if (there.empty() || here.empty()) return "kernel " + kernel + ": its machine code is not in the module's file";
  if (there != here) return "kernel " + kernel + ": the machine code of its source file differs";
  bool runs = false;
  for (const Cubin& cubin : candidate) {
    if (!cubin.kernels.contains(kernel)) continue;
    if (cubin.has_variables)
      return "kernel " + kernel + ": its source file has device variables, which the host may set otherwise";
    runs = runs || runs_on(cubin.architecture, capability);
  }
  if (!runs) return "kernel " + kernel + ": there is no machine code for this device, which compiles it by itself";
  return std::nullopt;
}

}  // namespace ratchet::executor
