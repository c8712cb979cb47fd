#include "src/bench/cuda_calls.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "src/bench/prepared_case.h"

namespace ratchet::bench {

namespace {

std::string kernel_name(const void* function) {
  const char* name = nullptr;
  if (cudaFuncGetName(&name, function) == cudaSuccess && name) return name;
  cudaGetLastError();  // a function that has no name for the runtime is told apart by its address
  return fmt::format("kernel {}", function);
}

std::string kind_of(cudaGraphNode_t node) {
  cudaGraphNodeType type{};
  check_cuda(cudaGraphNodeGetType(node, &type));
  if (type != cudaGraphNodeTypeKernel) return fmt::format("node of type {}", static_cast<int>(type));
  cudaKernelNodeParams kernel{};
  if (cudaGraphKernelNodeGetParams(node, &kernel) != cudaSuccess) {
    cudaGetLastError();  // kernels of some libraries do not tell; they are counted all the same
    return "kernel";
  }
  return fmt::format("{} in {}x{}x{} blocks of {}x{}x{} threads with {} bytes", kernel_name(kernel.func),
                     kernel.gridDim.x, kernel.gridDim.y, kernel.gridDim.z, kernel.blockDim.x, kernel.blockDim.y,
                     kernel.blockDim.z, kernel.sharedMemBytes);
}

[[noreturn]] void refuse(const std::string& side, std::uint64_t calls, std::uint64_t count, const std::string& what) {
  throw CaseError("module_error", side,
                  fmt::format("launch() must enqueue the same work on its stream in every call: {} calls made {} {}",
                              calls, count, what));
}

}  // namespace

void require_equal_calls(cudaGraph_t graph, std::uint64_t calls, std::uint64_t extra, const std::string& side) {
  std::size_t count = 0;
  check_cuda(cudaGraphGetNodes(graph, nullptr, &count));
  if (count <= extra || (count - extra) % calls != 0)
    refuse(side, calls, count < extra ? 0 : count - extra, "graph nodes");
  std::vector<cudaGraphNode_t> nodes(count);
  check_cuda(cudaGraphGetNodes(graph, nodes.data(), &count));
  std::map<std::string, std::uint64_t> kinds;
  for (cudaGraphNode_t const node : nodes) ++kinds[kind_of(node)];
  // One odd kind is the host's own node; a second one is not.
  std::uint64_t odd = 0;
  for (const auto& [kind, times] : kinds) {
    if (times % calls == 0) continue;
    odd += times % calls;
    if (odd > extra) refuse(side, calls, times, "times " + kind);
  }
}

}  // namespace ratchet::bench
