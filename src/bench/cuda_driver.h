// Kernels in a captured graph, as the driver knows them. The runtime of this program does not know the functions of
// modules, which bring runtimes of their own; the driver under both knows all of them. Its functions are looked up when
// first needed: this program runs with any driver that its runtime runs with.
#pragma once

#include <cuda.h>
#include <cudaTypedefs.h>
#include <fmt/format.h>

#include <string>

#include "src/bench/cuda_handles.h"
#include "src/bench/prepared_case.h"

namespace ratchet::bench {

template <typename Function>
Function driver_function(const char* name, unsigned version) {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
  check_cuda(cudaGetDriverEntryPointByVersion(name, &function, version, cudaEnableDefault, &found));
  if (found != cudaDriverEntryPointSuccess || !function)
    throw CaseError("device_error", "", fmt::format("the driver has no {}; it is older than CUDA 12.4", name));
  return reinterpret_cast<Function>(function);
}

// Throws CaseError with what was done.
void check_driver(CUresult status, const char* doing);

struct KernelNode {
  CUDA_KERNEL_NODE_PARAMS_v2 params{};
  CUfunction function = nullptr;
  std::string name;  // as in the machine code
};

// Throws CaseError when the node is no kernel, the driver is too old to tell, or the kernel has no name.
[[nodiscard]] KernelNode read_kernel_node(cudaGraphNode_t node);

}  // namespace ratchet::bench
