#include "src/bench/cuda_call_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "src/bench/cuda_driver.h"

namespace ratchet::bench {

namespace {

// One more than any driver of today knows: an attribute of tomorrow's counts without our knowing what it means, and one
// that does not exist is refused on both sides alike.
constexpr int kAttributes = 32;

struct Driver {
  PFN_cuGraphKernelNodeGetAttribute_v11000 node_attribute =
      driver_function<PFN_cuGraphKernelNodeGetAttribute_v11000>("cuGraphKernelNodeGetAttribute", 11000);
  PFN_cuFuncGetParamInfo_v12040 parameter = driver_function<PFN_cuFuncGetParamInfo_v12040>("cuFuncGetParamInfo", 12040);
  PFN_cuFuncGetAttribute_v2020 function_attribute =
      driver_function<PFN_cuFuncGetAttribute_v2020>("cuFuncGetAttribute", 2020);
};

// Only of types without padding, whose bytes are their value.
template <typename... Values>
std::string bytes_of(const Values&... values) {
  static_assert((std::has_unique_object_representations_v<Values> && ...));
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
  return bytes;
}

// NULL when the call cannot be captured.
CudaGraph captured(PreparedCase& side, cudaStream_t stream) {
  check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  bool enqueued = true;
  try {
    side.launch();
  } catch (const CaseError&) {
    enqueued = false;
  }
  cudaGraph_t graph = nullptr;
  const cudaError_t status = cudaStreamEndCapture(stream, &graph);
  CudaGraph owned(graph);
  cudaGetLastError();  // a refused capture is no error of what follows
  return enqueued && status == cudaSuccess ? std::move(owned) : nullptr;
}

// The sizes come from the function itself: a node only points to the values. Some functions are reported to have no
// parameters although they take some, and a kernel that takes none has no business with the lent buffers: neither is
// believed, because arguments that nobody compares would all be the same.
std::string arguments_of(const Driver& driver, CUfunction function, const CUDA_KERNEL_NODE_PARAMS_v2& params) {
  std::string bytes;
  for (std::size_t i = 0;; ++i) {
    std::size_t offset = 0;
    std::size_t size = 0;
    const CUresult status = driver.parameter(function, i, &offset, &size);
    if (status == CUDA_ERROR_INVALID_VALUE && i > 0) return bytes;  // that was the last one
    check_driver(status, "cuFuncGetParamInfo");
    if (!params.kernelParams || !params.kernelParams[i])
      throw CaseError("module_error", "", "a kernel's arguments came packed in a buffer, which is not looked into");
    bytes += bytes_of(offset, size);
    bytes.append(static_cast<const char*>(params.kernelParams[i]), size);
  }
}

// Registers and sizes, and what the host may set: the preferred carve-out, the largest dynamic shared memory, clusters.
std::string function_attributes(const Driver& driver, CUfunction function) {
  std::string bytes;
  for (int which = 0; which < kAttributes; ++which) {
    int value = 0;
    const CUresult status = driver.function_attribute(&value, static_cast<CUfunction_attribute>(which), function);
    // Those that every driver knows must be there: a refusal on both sides is no agreement.
    if (which <= CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT) check_driver(status, "cuFuncGetAttribute");
    bytes += bytes_of(status, value);
  }
  return bytes;
}

// Cluster, priority, cooperation, access to L2 and whatever else a launch may carry.
std::string launch_attributes(const Driver& driver, CUgraphNode node) {
  std::string bytes;
  for (int which = 1; which < kAttributes; ++which) {
    CUlaunchAttributeValue value;
    std::fill_n(value.pad, sizeof value.pad, '\0');
    const CUresult status = driver.node_attribute(node, static_cast<CUlaunchAttributeID>(which), &value);
    bytes += bytes_of(status);
    bytes.append(value.pad, sizeof value.pad);
  }
  return bytes;
}

CallNode kernel_node(const Driver& driver, cudaGraphNode_t node) {
  const KernelNode kernel = read_kernel_node(node);
  const CUDA_KERNEL_NODE_PARAMS_v2& params = kernel.params;
  return {kernel.name,
          {{"grid", bytes_of(params.gridDimX, params.gridDimY, params.gridDimZ)},
           {"block", bytes_of(params.blockDimX, params.blockDimY, params.blockDimZ)},
           {"dynamic shared memory", bytes_of(params.sharedMemBytes)},
           {"set of launch attributes", launch_attributes(driver, node)},
           {"set of function attributes", function_attributes(driver, kernel.function)},
           {"list of arguments", arguments_of(driver, kernel.function, params)}}};
}

CallNode memset_node(cudaGraphNode_t node) {
  cudaMemsetParams params{};
  check_cuda(cudaGraphMemsetNodeGetParams(node, &params));
  return {"",
          {{"memory", bytes_of(params.dst)},
           {"extent", bytes_of(params.elementSize, params.width, params.height, params.height > 1 ? params.pitch : 0)},
           {"value", bytes_of(params.value)}}};
}

CallNode read_node(const Driver& driver, cudaGraphNode_t node) {
  cudaGraphNodeType type{};
  check_cuda(cudaGraphNodeGetType(node, &type));
  if (type == cudaGraphNodeTypeKernel) return kernel_node(driver, node);
  if (type == cudaGraphNodeTypeMemset) return memset_node(node);
  throw CaseError(
      "module_error", "",
      fmt::format("a call does more than kernels and memsets (graph node of type {})", static_cast<int>(type)));
}

std::vector<CallEdge> edges_of(cudaGraph_t graph, const std::vector<cudaGraphNode_t>& nodes) {
  std::size_t count = 0;
  check_cuda(cudaGraphGetEdges(graph, nullptr, nullptr, nullptr, &count));
  std::vector<cudaGraphNode_t> from(count);
  std::vector<cudaGraphNode_t> to(count);
  std::vector<cudaGraphEdgeData> data(count);
  if (count > 0) check_cuda(cudaGraphGetEdges(graph, from.data(), to.data(), data.data(), &count));
  const auto index = [&](cudaGraphNode_t node) {
    return static_cast<std::size_t>(std::find(nodes.begin(), nodes.end(), node) - nodes.begin());
  };
  std::vector<CallEdge> edges;
  for (std::size_t i = 0; i < count; ++i)
    edges.push_back({index(from[i]), index(to[i]), {data[i].from_port, data[i].to_port, data[i].type}});
  return edges;
}

}  // namespace

CallGraph cuda_call_graph(PreparedCase& side, cudaStream_t stream) {
  const CudaGraph graph = captured(side, stream);
  if (!graph) throw CaseError("module_error", side.side().name, "the work cannot be captured in a CUDA graph");
  std::size_t count = 0;
  check_cuda(cudaGraphGetNodes(graph.get(), nullptr, &count));
  std::vector<cudaGraphNode_t> nodes(count);
  if (count > 0) check_cuda(cudaGraphGetNodes(graph.get(), nodes.data(), &count));
  const Driver driver;
  CallGraph call;
  for (const cudaGraphNode_t node : nodes) call.nodes.push_back(read_node(driver, node));
  call.edges = edges_of(graph.get(), nodes);
  return call;
}

}  // namespace ratchet::bench
