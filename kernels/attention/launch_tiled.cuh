// Starts tiled_kernel: by head dimension and mask, over all shares.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/attention/tiled.cuh"
#include "kernels/check_cuda.h"

namespace ratchet::kernels::attention {

template <class T, Keys kSeen>
void launch_tiled(const Shape& shape, const TiledArguments& arguments, unsigned shares, void* stream) {
  const auto run = [&]<class Plan, bool kCausal>() {
    static_assert(Plan::kSharedBytes <= 48 * 1024 || Plan::kD == 128);
    if constexpr (Plan::kSharedBytes > 48 * 1024) {
      check_cuda(cudaFuncSetAttribute(tiled_kernel<T, Plan, kCausal>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                      Plan::kSharedBytes));
    }
    const dim3 blocks((shape.tokens + Plan::kRows - 1) / Plan::kRows, shape.plane_count(), shares);
    tiled_kernel<T, Plan, kCausal>
        <<<blocks, Plan::kThreads, Plan::kSharedBytes, static_cast<cudaStream_t>(stream)>>>(arguments);
    check_cuda(cudaGetLastError());
  };
  // 64 queries a block: 16 warps an SM hide more than twice the reuse of a tile saves. Twice the numbers a query leave
  // room for half the warps.
  using Plan64 = TiledPlan<64, 1, 4, 4, kSeen>;
  using Plan128 = TiledPlan<128, 1, 4, 2, kSeen>;
  if (shape.head_dim == 64 && shape.causal) return run.template operator()<Plan64, true>();
  if (shape.head_dim == 64) return run.template operator()<Plan64, false>();
  if (shape.causal) return run.template operator()<Plan128, true>();
  return run.template operator()<Plan128, false>();
}

}  // namespace ratchet::kernels::attention
