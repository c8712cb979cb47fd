// What kernels ask of the device that is current.
#pragma once

#include "kernels/check_cuda.h"

namespace ratchet::kernels {

// 10 * major + minor, as in 89. Throws std::runtime_error with CUDA's words.
inline int compute_capability() {
  int device = 0;
  int major = 0;
  int minor = 0;
  check_cuda(cudaGetDevice(&device));
  check_cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  check_cuda(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  return 10 * major + minor;
}

}  // namespace ratchet::kernels
