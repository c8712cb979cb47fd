// Starts tiled_kernel: by head dimension and mask, over all shares; where tiled_dispatch.h has a row for the device and
// the shape, by that.
#pragma once

#include <string>

#include "kernels/attention/attention.h"
#include "kernels/attention/tiled.cuh"
#include "kernels/attention/tiled_dispatch.h"
#include "kernels/attention/tiled_space.h"
#include "kernels/check_cuda.h"
#include "kernels/device.h"

namespace ratchet::kernels::attention {

// What a row of the table names, for keys that all are seen. It is compiled for the row's device alone: elsewhere it is
// not used, and may not even fit the registers.
template <std::size_t kRow>
struct Dispatched {
  static constexpr DispatchRow kFound = dispatch::attention_tiled[kRow];
  static constexpr bool kCausal = number(kFound.shape, "causal") != 0;
  static constexpr TiledPoint kPoint{number(kFound.variant, "warps"), number(kFound.variant, "slices"),
                                     number(kFound.variant, "keys"), number(kFound.variant, "stages")};
  static_assert(refusal(kPoint) == nullptr, "the dispatch table names a variant that its space refuses");
  using Plan = OnlyOn<kFound.compute_capability,
                      TiledPlan<kVariantHeadDim, kPoint.slices, kPoint.warps, blocks_an_sm(kPoint), Keys::All,
                                kPoint.keys, kPoint.stages>>;
};

// Runs the plan of the table's row for this device and shape; false where there is none. Rows count for the batch and
// the heads that they were measured with: how many blocks a device gets decides between plans as much as their length
// does. What was measured in FP16 also stands for BF16: the plans differ in nothing but the type of their operands.
template <class Run>
bool run_dispatched(const Shape& shape, const Run& run) {
  constexpr const auto& kTable = dispatch::attention_tiled;
  const int device = compute_capability();
  if (shape.head_dim != kVariantHeadDim || !compiled_for(device)) return false;
  const std::size_t row = find_row(kTable, device, shape.tokens,
                                   {{"B", std::to_string(shape.batch)},
                                    {"H", std::to_string(shape.heads)},
                                    {"D", std::to_string(shape.head_dim)},
                                    {"causal", shape.causal ? "1" : "0"}});
  return [&]<std::size_t... kRow>(std::index_sequence<kRow...>) {
    return ((kRow == row &&
             (run.template operator()<typename Dispatched<kRow>::Plan, Dispatched<kRow>::kCausal>(), true)) ||
            ...);
  }(std::make_index_sequence<kTable.size()>());
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
    if (run_dispatched(shape, run)) return;
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
