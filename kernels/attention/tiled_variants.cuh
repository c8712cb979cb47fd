// Instances of tiled_kernel over kTiledSpace, and what each asks of the device before it may be launched.
#pragma once

#include "kernels/attention/tiled.cuh"
#include "kernels/attention/tiled_variants.h"
#include "kernels/check_cuda.h"

#include <utility>

namespace ratchet::kernels::attention {

template <std::size_t kIndex>
using PlanOfPoint = TiledPlan<kVariantHeadDim, kTiledSpace[kIndex].slices, kTiledSpace[kIndex].warps,
                              blocks_an_sm(kTiledSpace[kIndex]), Keys::All, kTiledSpace[kIndex].keys,
                              kTiledSpace[kIndex].stages>;

template <class Plan, bool kCausal>
void require_variant() {
  const auto kernel = tiled_kernel<__half, Plan, kCausal>;
  cudaFuncAttributes attributes{};
  check_cuda(cudaFuncGetAttributes(&attributes, kernel));
  if (attributes.localSizeBytes > 0)
    throw Unavailable("it spills: " + std::to_string(attributes.localSizeBytes) + " bytes of local memory a thread, " +
                      std::to_string(attributes.numRegs) + " registers");
  int device = 0;
  int shared = 0;
  check_cuda(cudaGetDevice(&device));
  check_cuda(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  if (Plan::kSharedBytes > shared)
    throw Unavailable("it needs " + std::to_string(Plan::kSharedBytes) + " bytes of shared memory a block, the device has " +
                      std::to_string(shared));
  check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, Plan::kSharedBytes));
  int blocks = 0;
  check_cuda(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, Plan::kThreads, Plan::kSharedBytes));
  if (blocks == 0) throw Unavailable("a multiprocessor cannot hold one block of it");
}

template <class Plan, bool kCausal>
void run_variant(const Shape& shape, const Call& call) {
  const TiledArguments arguments{call.buffer<const void>(kQ), call.buffer<const void>(kK), call.buffer<const void>(kV),
                                 call.buffer<void>(kO),       nullptr,                     static_cast<int>(shape.tokens),
                                 0};
  const dim3 blocks((shape.tokens + Plan::kRows - 1) / Plan::kRows, shape.plane_count());
  tiled_kernel<__half, Plan, kCausal>
      <<<blocks, Plan::kThreads, Plan::kSharedBytes, static_cast<cudaStream_t>(call.stream())>>>(arguments);
  check_cuda(cudaGetLastError());
}

template <std::size_t kIndex, bool kCausal>
constexpr TiledVariant variant_at() {
  if constexpr (refusal(kTiledSpace[kIndex]) != nullptr) {
    return {nullptr, nullptr};
  } else {
    using Plan = PlanOfPoint<kIndex>;
    static_assert(Plan::kSharedBytes == shared_bytes(kTiledSpace[kIndex]));
    return {&require_variant<Plan, kCausal>, &run_variant<Plan, kCausal>};
  }
}

template <bool kCausal>
TiledVariant variant_by(std::size_t index) {
  return [index]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    const TiledVariant all[] = {variant_at<kIndex, kCausal>()...};
    return all[index];
  }(std::make_index_sequence<kTiledSpace.size()>());
}

}  // namespace ratchet::kernels::attention
