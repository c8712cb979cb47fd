// Attention with the keys of a query dealt to several blocks, for few heads and long sequences, where blocks of queries
// alone do not fill the GPU (FlashDecoding). Each share is attention over its keys, normalised, with L_c = ln(sum of
// e^score); the whole is O = sum of e^(L_c - L) O_c with L = ln(sum of e^L_c), exactly. The shares come from tiled.cuh,
// in FP32.
#include "kernels/attention/attention.h"
#include "kernels/attention/launch_tiled.cuh"

namespace ratchet::kernels::attention {
namespace {

constexpr int kMergeThreads = 256;
enum ScratchIndex : std::size_t { kPartial = kScratch, kPartialLse = kScratch + 1 };

}  // namespace

// One warp a row, two or four numbers a lane.
template <class T, int kD>
__global__ void __launch_bounds__(kMergeThreads)
    merge_kernel(const float* __restrict__ partial, const float* __restrict__ lse, T* __restrict__ o, unsigned rows,
                 unsigned shares) {
  constexpr unsigned kPairs = kD / 64;
  const unsigned row = (blockIdx.x * kMergeThreads + threadIdx.x) / 32;
  const unsigned lane = threadIdx.x % 32;
  if (row >= rows) return;
  float largest = -INFINITY;
  for (unsigned share = 0; share < shares; ++share) largest = fmaxf(largest, lse[std::size_t{share} * rows + row]);
  float2 out[kPairs] = {};
  float sum = 0;
  for (unsigned share = 0; share < shares; ++share) {
    const std::size_t at = std::size_t{share} * rows + row;
    const float weight = exp2f((lse[at] - largest) * kLog2E);  // 0 for a share without keys; one always has some
    sum += weight;
#pragma unroll
    for (unsigned i = 0; i < kPairs; ++i) {
      const float2 x = reinterpret_cast<const float2*>(partial + at * kD)[i * 32 + lane];
      out[i] = make_float2(out[i].x + weight * x.x, out[i].y + weight * x.y);
    }
  }
#pragma unroll
  for (unsigned i = 0; i < kPairs; ++i) {
    reinterpret_cast<typename Element<T>::Pair*>(o + std::size_t{row} * kD)[i * 32 + lane] =
        Element<T>::narrow(out[i].x / sum, out[i].y / sum);
  }
}

namespace {

template <class T>
void launch(const Shape& shape, unsigned shares, const Call& call) {
  launch_tiled<T, Keys::Share>(
      shape,
      {call.buffer<const void>(kQ), call.buffer<const void>(kK), call.buffer<const void>(kV),
       call.buffer<void>(kPartial), call.buffer<float>(kPartialLse), static_cast<int>(shape.tokens), 0},
      shares, call.stream());
  const auto rows = static_cast<unsigned>(shape.rows());
  const auto merge = shape.head_dim == 64 ? merge_kernel<T, 64> : merge_kernel<T, 128>;
  merge<<<(rows * 32 + kMergeThreads - 1) / kMergeThreads, kMergeThreads, 0,
          static_cast<cudaStream_t>(call.stream())>>>(
      call.buffer<const float>(kPartial), call.buffer<const float>(kPartialLse), call.buffer<T>(kO), rows, shares);
  check_cuda(cudaGetLastError());
}

}  // namespace

Case split_keys(const Shape& shape, ratchet_type type, std::uint32_t shares) {
  Case one = describe("split_keys", shape, type);
  if (shape.chunk != 0) throw std::invalid_argument(one.id() + ": only block_local works in chunks");
  one.parameters.emplace_back("shares", shares);
  if (shares == 0 || shares > 64) throw std::invalid_argument(one.id() + ": shares must be 1 to 64");
  one.buffers.push_back(scratch("partial", RATCHET_F32, shares * shape.elements()));
  one.buffers.push_back(scratch("partial_lse", RATCHET_F32, shares * shape.rows()));
  one.source = here();
  one.launch = [shape, shares, run = by_type(type, &launch<__half>, &launch<__nv_bfloat16>)](const Call& call) {
    run(shape, shares, call);
  };
  one.reference = [shape, type](const Call& call, double* const* expected) {
    reference_cuda(shape, type, call, expected);
  };
  return one;
}

}  // namespace ratchet::kernels::attention
