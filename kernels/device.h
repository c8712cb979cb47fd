// What kernels ask of the device that is current.
#pragma once

#include <initializer_list>

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

// Whether this build holds code made for the compute capability, not only code that the driver translates for it.
constexpr bool compiled_for([[maybe_unused]] int compute_capability) {
#ifdef __CUDA_ARCH_LIST__
  for (const int architecture : {__CUDA_ARCH_LIST__})
    if (architecture == 10 * compute_capability) return true;
#endif
  return false;
}

}  // namespace ratchet::kernels
