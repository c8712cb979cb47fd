// Attention within chunks: a query sees the keys of its own chunk and no others. For S <= chunk it is attention; for
// more it is another function with S / chunk times less work, and has its own name, definition, cost and reference, so
// that it can never stand in for the whole. The kernel is tiled.cuh's.
#include "kernels/attention/attention.h"
#include "kernels/attention/launch_tiled.cuh"

namespace ratchet::kernels::attention {

Case block_local(const Shape& shape, ratchet_type type) {
  Case one = describe("tiled", shape, type);
  if (shape.chunk == 0 || shape.chunk % 64 != 0) {
    throw std::invalid_argument(one.id() + ": chunk must be a positive multiple of 64");
  }
  one.source = here();
  one.launch = [shape, run = by_type(type, &launch_tiled<__half, Keys::Chunk>,
                                     &launch_tiled<__nv_bfloat16, Keys::Chunk>)](const Call& call) {
    run(shape,
        {call.buffer<const void>(kQ), call.buffer<const void>(kK), call.buffer<const void>(kV), call.buffer<void>(kO),
         nullptr, static_cast<int>(shape.tokens), static_cast<int>(shape.chunk)},
        1, call.stream());
  };
  one.reference = [shape, type](const Call& call, double* const* expected) {
    reference_cuda(shape, type, call, expected);
  };
  return one;
}

}  // namespace ratchet::kernels::attention
