#include "src/bench/cuda_tools.h"

#include "ratchet/error.h"

// The fat binary of kernels/device_tools.cu.
extern "C" const unsigned long long ratchet_device_tools[];

namespace ratchet::bench {

CudaTools::CudaTools() {
  cudaLibrary_t library = nullptr;
  const cudaError_t status =
      cudaLibraryLoadData(&library, ratchet_device_tools, nullptr, nullptr, 0, nullptr, nullptr, 0);
  if (status != cudaSuccess)
    throw Error(std::string("this ratchet-bench holds no code for this GPU (") + cudaGetErrorString(status) +
                "); build it with its architecture in CMAKE_CUDA_ARCHITECTURES");
  library_.reset(library);
  for (const char* name : {"bench_fill", "bench_checksum", "bench_errors", "bench_all_errors", "bench_spin", "bench_hold",
                           "bench_copy", "bench_fma", "bench_null", "bench_stamp", "bench_chase"})
    check_cuda(cudaLibraryGetKernel(&kernels_[name], library, name));
}

void CudaTools::enqueue(const char* kernel, unsigned blocks, unsigned threads, cudaStream_t stream,
                        void** arguments) const {
  const void* const function = kernels_.find(std::string_view(kernel))->second;
  check_cuda(cudaLaunchKernel(function, dim3(blocks), dim3(threads), arguments, 0, stream));
}

}  // namespace ratchet::bench
