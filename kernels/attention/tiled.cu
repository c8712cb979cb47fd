// Second step of the ladder: tiles of keys and values in shared memory, used by all queries of a block, and both
// products on the tensor cores; a warp owns 16 queries, so the softmax needs no other warp, and probabilities go from
// the result of the first product to the operand of the second without leaving their registers. Copies of the next tile
// run behind the arithmetic (cp.async), rows are swizzled so that ldmatrix meets no bank twice, and the maximum is only
// looked for where the sum of a tile says that it was outgrown (OnlineSoftmax).
#include "kernels/attention/tiled.cuh"

#include "kernels/attention/attention.h"
#include "kernels/attention/launch_tiled.cuh"

namespace ratchet::kernels::attention {

Case tiled(const Shape& shape, ratchet_type type, LogSumExp lse) {
  Case one = describe("tiled", shape, type);
  if (shape.chunk != 0) throw std::invalid_argument(one.id() + ": only block_local works in chunks");
  if (lse == LogSumExp::Written) add_log_sum_exp(one, shape);
  one.source = here();
  one.launch = [shape, lse,
                run = by_type(type, &launch_tiled<__half, Keys::All>, &launch_tiled<__nv_bfloat16, Keys::All>)](
                   const Call& call) {
    float* log_sum_exp = lse == LogSumExp::Written ? call.buffer<float>(kO + 1) : nullptr;
    run(shape,
        {call.buffer<const void>(kQ), call.buffer<const void>(kK), call.buffer<const void>(kV), call.buffer<void>(kO),
         log_sum_exp, static_cast<int>(shape.tokens), 0},
        1, call.stream());
  };
  one.reference = [shape, type, lse](const Call& call, double* const* expected) {
    reference_cuda(shape, type, call, expected, lse);
  };
  return one;
}

}  // namespace ratchet::kernels::attention
