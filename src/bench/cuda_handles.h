// CUDA's handles with an owner each, and its status codes as exceptions. Only the cuda_ files include it.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <source_location>

namespace ratchet::bench {

// Throws CaseError (device_error) with CUDA's words and the place of the call.
void check_cuda(cudaError_t status, std::source_location where = std::source_location::current());

// Destroys without checking: the error that matters was thrown before.
template <auto destroy>
struct Destroy {
  template <typename Handle>
  void operator()(Handle* handle) const noexcept {
    destroy(handle);
  }
};

using CudaStream = std::unique_ptr<CUstream_st, Destroy<&cudaStreamDestroy>>;
using CudaEvent = std::unique_ptr<CUevent_st, Destroy<&cudaEventDestroy>>;
using CudaGraph = std::unique_ptr<CUgraph_st, Destroy<&cudaGraphDestroy>>;
using CudaGraphExec = std::unique_ptr<CUgraphExec_st, Destroy<&cudaGraphExecDestroy>>;
using CudaLibrary = std::unique_ptr<CUlib_st, Destroy<&cudaLibraryUnload>>;
using CudaMemory = std::unique_ptr<void, Destroy<&cudaFree>>;
using PinnedMemory = std::unique_ptr<void, Destroy<&cudaFreeHost>>;

[[nodiscard]] CudaStream make_stream();
[[nodiscard]] CudaEvent make_event();
[[nodiscard]] CudaMemory make_device_memory(std::size_t bytes);

// Time between two events that have happened, in whole ns.
[[nodiscard]] std::int64_t elapsed_ns(const CudaEvent& start, const CudaEvent& stop);

}  // namespace ratchet::bench
