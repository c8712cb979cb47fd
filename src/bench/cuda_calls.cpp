#include "src/bench/cuda_calls.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "src/bench/cuda_driver.h"
#include "src/bench/prepared_case.h"

namespace ratchet::bench {

namespace {

// Drivers before CUDA 12.4 do not tell which kernel it is; it is counted all the same.
std::string kind_of(cudaGraphNode_t node) {
  cudaGraphNodeType type{};
  check_cuda(cudaGraphNodeGetType(node, &type));
  if (type != cudaGraphNodeTypeKernel) return fmt::format("node of type {}", static_cast<int>(type));
  try {
    const KernelNode kernel = read_kernel_node(node);
    const CUDA_KERNEL_NODE_PARAMS_v2& of = kernel.params;
    return fmt::format("{} in {}x{}x{} blocks of {}x{}x{} threads with {} bytes", kernel.name, of.gridDimX, of.gridDimY,
                       of.gridDimZ, of.blockDimX, of.blockDimY, of.blockDimZ, of.sharedMemBytes);
  } catch (const CaseError&) {
    return "kernel";
  }
}

[[noreturn]] void refuse(const std::string& side, std::uint64_t calls, std::uint64_t count, const std::string& what) {
  throw CaseError("module_error", side,
                  fmt::format("launch() must enqueue the same work on its stream in every call: {} calls made {} {}",
                              calls, count, what));
}

}  // namespace

std::string work_of_equal_calls(cudaGraph_t graph, std::uint64_t calls, std::uint64_t extra, const std::string& side) {
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
  std::string work;
  for (const auto& [kind, times] : kinds) {
    if (times >= calls) work += fmt::format("{}{} x {}", work.empty() ? "" : "; ", times / calls, kind);
    if (times % calls == 0) continue;
    odd += times % calls;
    if (odd > extra) refuse(side, calls, times, "times " + kind);
  }
  return work;
}

}  // namespace ratchet::bench
