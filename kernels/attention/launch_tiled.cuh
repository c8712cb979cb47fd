// Starts tiled_kernel: by head dimension and mask, over all shares; where tiled_dispatch.h has a row for the device and
// the shape, by that.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/attention/tiled.cuh"
#include "kernels/attention/tiled_dispatch.h"
#include "kernels/attention/tiled_space.h"
#include "kernels/check_cuda.h"
#include "kernels/device.h"

namespace ratchet::kernels::attention {

// The plan of a row of the table, for keys that all are seen.
template <std::size_t kRow>
struct DispatchedPlan {
  static constexpr std::string_view kVariant = dispatch::attention_tiled[kRow].variant;
  static constexpr TiledPoint kPoint{number(kVariant, "warps"), number(kVariant, "slices"), number(kVariant, "keys"),
                                     number(kVariant, "stages")};
  static_assert(refusal(kPoint) == nullptr, "the dispatch table names a variant that its space refuses");
  using Plan = TiledPlan<kVariantHeadDim, kPoint.slices, kPoint.warps, blocks_an_sm(kPoint), Keys::All, kPoint.keys,
                         kPoint.stages>;
};

// Runs the plan of the table's row for this device and shape; false where there is none. What was measured in FP16 also
// stands for BF16: the plans differ in nothing but the type of their operands.
template <class Run>
bool run_dispatched(const Shape& shape, const Run& run) {
  constexpr const auto& kTable = dispatch::attention_tiled;
  if constexpr (kTable.size() > 0) {
    if (shape.head_dim != kVariantHeadDim) return false;
    const std::size_t row = find_row(kTable, compute_capability(), shape.tokens,
                                     {{"D", "64"}, {"causal", shape.causal ? "1" : "0"}});
    return [&]<std::size_t... kRow>(std::index_sequence<kRow...>) {
      return ((kRow == row && (run.template operator()<typename DispatchedPlan<kRow>::Plan>(), true)) || ...);
    }(std::make_index_sequence<kTable.size()>());
  } else {
    return false;
  }
}

template <class T, Keys kSeen>
void launch_tiled(const Shape& shape, const TiledArguments& arguments, unsigned shares, void* stream) {
  const auto run = [&]<class Plan, bool kCausal>() {
    if constexpr (Plan::kSharedBytes > 48 * 1024) {
      check_cuda(cudaFuncSetAttribute(tiled_kernel<T, Plan, kCausal>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                      Plan::kSharedBytes));
    }
    const dim3 blocks((shape.tokens + Plan::kRows - 1) / Plan::kRows, shape.plane_count(), shares);
    tiled_kernel<T, Plan, kCausal>
        <<<blocks, Plan::kThreads, Plan::kSharedBytes, static_cast<cudaStream_t>(stream)>>>(arguments);
    check_cuda(cudaGetLastError());
  };
  if constexpr (kSeen == Keys::All) {
    const auto by_mask = [&]<class Plan>() {
      return shape.causal ? run.template operator()<Plan, true>() : run.template operator()<Plan, false>();
    };
    if (run_dispatched(shape, by_mask)) return;
  }
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
