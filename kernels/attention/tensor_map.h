// What TMA has to know of a matrix in global memory, and what has to be asked of a device before. Made once, in
// prepare: a map holds the address.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/check_cuda.h"
#include "kernels/device.h"

#include <cuda.h>

namespace ratchet::kernels::attention {

// Throws, naming the case, if the current device is not of compute capability 9.0.
inline void require_hopper(const std::string& id) {
  const int capability = compute_capability();
  if (capability == 90) return;
  throw std::runtime_error(id + ": needs compute capability 9.0, and this device has " +
                           std::to_string(capability / 10) + '.' + std::to_string(capability % 10) + "; take tiled");
}

inline int multiprocessors() {
  int device = 0;
  int count = 0;
  check_cuda(cudaGetDevice(&device));
  check_cuda(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device));
  return count;
}

// Of Q, K or V: a box is `rows` tokens of one head by 64 columns, in the 128-byte swizzle; tokens behind the end are
// zeros. The driver's function is found at run time, so that a module still loads where there is no driver.
inline CUtensorMap tensor_map(const void* matrix, const Shape& shape, ratchet_type type, int rows) {
  void* found = nullptr;
  cudaDriverEntryPointQueryResult result = cudaDriverEntryPointSymbolNotFound;
  check_cuda(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, 12000, cudaEnableDefault, &result));
  if (result != cudaDriverEntryPointSuccess || found == nullptr) {
    throw std::runtime_error("attention: the CUDA driver has no cuTensorMapEncodeTiled; update it to 525 or newer");
  }
  const auto encode = reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(found);
  const cuuint64_t size[] = {shape.head_dim, shape.tokens, shape.plane_count()};
  const cuuint64_t stride_bytes[] = {cuuint64_t{2} * shape.head_dim, cuuint64_t{2} * shape.head_dim * shape.tokens};
  const cuuint32_t box[] = {64, static_cast<cuuint32_t>(rows), 1};
  const cuuint32_t step[] = {1, 1, 1};
  CUtensorMap map;
  const CUresult status =
      encode(&map, type == RATCHET_F16 ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 3,
             const_cast<void*>(matrix), size, stride_bytes, box, step, CU_TENSOR_MAP_INTERLEAVE_NONE,
             CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (status == CUDA_SUCCESS) return map;
  throw std::runtime_error("attention: cuTensorMapEncodeTiled failed with CUresult " + std::to_string(status));
}

}  // namespace ratchet::kernels::attention
