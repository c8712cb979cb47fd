// A side step of the ladder, for sm_90a and S <= 128: all keys of a head are one tile, so there is no ring, no producer
// and no online softmax, and a block is a single warpgroup that starts all its copies at once; four of them share an
// SM.
#include "kernels/attention/one_pass.cuh"

#include "kernels/attention/tensor_map.h"

namespace ratchet::kernels::attention {
namespace {

template <class T, class Plan, bool kCausal>
Launch bind(const Shape& shape, ratchet_type type, LogSumExp lse, const Call& call) {
  check_cuda(cudaFuncSetAttribute(one_pass_kernel<T, Plan, kCausal>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  Plan::kSharedBytes));
  const CUtensorMap q = tensor_map(call.buffer<const void>(kQ), shape, type, Plan::kRows);
  const CUtensorMap k = tensor_map(call.buffer<const void>(kK), shape, type, Plan::kKeys);
  const CUtensorMap v = tensor_map(call.buffer<const void>(kV), shape, type, Plan::kKeys);
  const WarpgroupArguments arguments{call.buffer<void>(kO),
                                     lse == LogSumExp::Written ? call.buffer<float>(kO + 1) : nullptr,
                                     static_cast<int>(shape.tokens), static_cast<int>(shape.plane_count()),
                                     static_cast<int>((shape.tokens + Plan::kRows - 1) / Plan::kRows)};
  const dim3 grid(static_cast<unsigned>(arguments.blocks_a_head), shape.plane_count());
  return [=, stream = static_cast<cudaStream_t>(call.stream())] {
    one_pass_kernel<T, Plan, kCausal><<<grid, Plan::kThreads, Plan::kSharedBytes, stream>>>(q, k, v, arguments);
    check_cuda(cudaGetLastError());
  };
}

template <class T>
Launch choose(const Shape& shape, ratchet_type type, LogSumExp lse, const Call& call) {
  using Plan64 = OnePassPlan<64, 128, 4>;
  using Plan128 = OnePassPlan<128, 128, 2>;
  if (shape.head_dim == 64) {
    return shape.causal ? bind<T, Plan64, true>(shape, type, lse, call)
                        : bind<T, Plan64, false>(shape, type, lse, call);
  }
  return shape.causal ? bind<T, Plan128, true>(shape, type, lse, call)
                      : bind<T, Plan128, false>(shape, type, lse, call);
}

}  // namespace

Case one_pass(const Shape& shape, ratchet_type type, LogSumExp lse) {
  Case one = describe("one_pass", shape, type);
  if (shape.chunk != 0) throw std::invalid_argument(one.id() + ": only block_local works in chunks");
  if (shape.tokens > 128) throw std::invalid_argument(one.id() + ": S must be at most 128");
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
