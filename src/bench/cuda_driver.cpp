#include "src/bench/cuda_driver.h"

namespace ratchet::bench {

namespace {

struct Driver {
  PFN_cuGraphKernelNodeGetParams_v12000 node_params =
      driver_function<PFN_cuGraphKernelNodeGetParams_v12000>("cuGraphKernelNodeGetParams", 12000);
  PFN_cuKernelGetFunction_v12000 function_of =
      driver_function<PFN_cuKernelGetFunction_v12000>("cuKernelGetFunction", 12000);
  PFN_cuFuncGetName_v12030 function_name = driver_function<PFN_cuFuncGetName_v12030>("cuFuncGetName", 12030);
};

}  // namespace

void check_driver(CUresult status, const char* doing) {
  if (status != CUDA_SUCCESS)
    throw CaseError("device_error", "", fmt::format("{}: the driver says {}", doing, static_cast<int>(status)));
}

KernelNode read_kernel_node(cudaGraphNode_t node) {
  static const Driver driver;
  KernelNode kernel;
  check_driver(driver.node_params(node, &kernel.params), "cuGraphKernelNodeGetParams");
  kernel.function = kernel.params.func;
  if (!kernel.function)
    check_driver(driver.function_of(&kernel.function, kernel.params.kern), "cuKernelGetFunction");
  const char* name = nullptr;
  check_driver(driver.function_name(&name, kernel.function), "cuFuncGetName");
  if (!name || !*name) throw CaseError("module_error", "", "a kernel has no name");
  kernel.name = name;
  return kernel;
}

}  // namespace ratchet::bench
