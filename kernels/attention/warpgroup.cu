// Third step of the ladder, for sm_90a: tiles are copied by the tensor memory accelerator on the word of one warp, and
// both products are wgmma, which run behind the back of the warpgroup that issued them. While one warpgroup computes
// probabilities the tensor cores work for another. Here: which plan for which shape, and why.
#include "kernels/attention/warpgroup.cuh"

#include "kernels/attention/tensor_map.h"

namespace ratchet::kernels::attention {
namespace {

template <class T, class Plan, bool kCausal>
Launch bind(const Shape& shape, ratchet_type type, LogSumExp lse, const Call& call) {
  check_cuda(cudaFuncSetAttribute(warpgroup_kernel<T, Plan, kCausal>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  Plan::kSharedBytes));
  const CUtensorMap q = tensor_map(call.buffer<const void>(kQ), shape, type, Plan::kRows);
  const CUtensorMap k = tensor_map(call.buffer<const void>(kK), shape, type, Plan::kKeys);
  const CUtensorMap v = tensor_map(call.buffer<const void>(kV), shape, type, Plan::kKeys);
  const WarpgroupArguments arguments{call.buffer<void>(kO),
                                     lse == LogSumExp::Written ? call.buffer<float>(kO + 1) : nullptr,
                                     static_cast<int>(shape.tokens), static_cast<int>(shape.plane_count()),
                                     static_cast<int>((shape.tokens + Plan::kRows - 1) / Plan::kRows)};
  const dim3 grid = work_grid<Plan, kCausal>(arguments.heads, arguments.blocks_a_head, multiprocessors());
  return [=, stream = static_cast<cudaStream_t>(call.stream())] {
    warpgroup_kernel<T, Plan, kCausal><<<grid, Plan::kThreads, Plan::kSharedBytes, stream>>>(q, k, v, arguments);
    check_cuda(cudaGetLastError());
  };
}

// 256 queries a block, which stays and fetches the queries of its next block during this one: four warpgroups' chains
// of product, exponentials, product overlap on an SM, and a tile is read from L2 once for all of them.
using Wide = WarpgroupPlan<64, 4, 64, 4, Schedule::ValuesOver, 1, true>;
// 128 queries a block, two blocks an SM, given out by the hardware: their lengths differ if causal.
using Pair = WarpgroupPlan<64, 2, 64, 2, Schedule::InTurn, 2, false>;
// 64 queries a block, for so few heads that the GPU is not filled otherwise. Long tiles cost fewer waits, short ones
// less that is masked.
using Narrow = WarpgroupPlan<64, 1, 128, 2, Schedule::ValuesOver, 2, false>;
using NarrowCausal = WarpgroupPlan<64, 1, 64, 4, Schedule::ValuesOver, 2, false>;
// D = 128: twice the output a lane, so two warpgroups an SM.
using Deep = WarpgroupPlan<128, 2, 64, 3, Schedule::ValuesOver, 1, true>;
using DeepCausal = WarpgroupPlan<128, 2, 128, 2, Schedule::ValuesOver, 1, false>;

template <class T>
Launch choose(const Shape& shape, ratchet_type type, LogSumExp lse, const Call& call) {
  const auto blocks_of = [&](std::uint32_t rows) { return (shape.tokens + rows - 1) / rows; };
  if (shape.head_dim == 128 && shape.causal) return bind<T, DeepCausal, true>(shape, type, lse, call);
  if (shape.head_dim == 128) return bind<T, Deep, false>(shape, type, lse, call);
  if (shape.plane_count() * blocks_of(64) <= static_cast<unsigned>(multiprocessors())) {
    return shape.causal ? bind<T, NarrowCausal, true>(shape, type, lse, call)
                        : bind<T, Narrow, false>(shape, type, lse, call);
  }
  if (shape.causal) return bind<T, Pair, true>(shape, type, lse, call);
  // Wide where it computes no more empty rows than Pair, or where they no longer count.
  const bool wide = 2 * blocks_of(256) == blocks_of(128) || shape.tokens >= 1024;
  return wide ? bind<T, Wide, false>(shape, type, lse, call) : bind<T, Pair, false>(shape, type, lse, call);
}

}  // namespace

Case warpgroup(const Shape& shape, ratchet_type type, LogSumExp lse) {
  Case one = describe("warpgroup", shape, type);
  if (shape.chunk != 0) throw std::invalid_argument(one.id() + ": only block_local works in chunks");
  if (lse == LogSumExp::Written) add_log_sum_exp(one, shape);
  one.source = here();
  one.prepare = [shape, type, lse, id = one.id(),
                 run = by_type(type, &choose<__half>, &choose<__nv_bfloat16>)](const Call& call) {
    require_hopper(id);
    return run(shape, type, lse, call);
  };
  one.reference = [shape, type, lse](const Call& call, double* const* expected) {
    reference_cuda(shape, type, call, expected, lse);
  };
  return one;
}

}  // namespace ratchet::kernels::attention
