// The host's own kernels (kernels/device_tools.cu), loaded from the array of bytes that the build made of them.
#pragma once

#include <array>
#include <map>
#include <string>

#include "src/bench/cuda_handles.h"

namespace ratchet::bench {

class CudaTools {
 public:
  CudaTools();

  // Enqueues a kernel by its name there; the arguments must have exactly the types of its parameters.
  template <typename... Arguments>
  void launch(const char* kernel, unsigned blocks, unsigned threads, cudaStream_t stream,
              Arguments... arguments) const {
    std::array<void*, sizeof...(arguments)> pointers{&arguments...};
    enqueue(kernel, blocks, threads, stream, pointers.data());
  }

 private:
  void enqueue(const char* kernel, unsigned blocks, unsigned threads, cudaStream_t stream, void** arguments) const;

  CudaLibrary library_;
  std::map<std::string, cudaKernel_t, std::less<>> kernels_;
};

}  // namespace ratchet::bench
