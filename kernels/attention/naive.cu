// First step of the ladder: one warp a query row, everything read from global memory. Each lane scores one key of 32,
// the softmax is corrected as larger scores appear (online softmax), and each lane owns two or four numbers of the
// output.
#include "kernels/attention/attention.h"
#include "kernels/attention/element.cuh"
#include "kernels/check_cuda.h"

namespace ratchet::kernels::attention {
namespace {

constexpr int kWarp = 32;
constexpr int kRowsPerBlock = 8;

__device__ float warp_max(float x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x = fmaxf(x, __shfl_xor_sync(0xFFFFFFFF, x, step));
  return x;
}

__device__ float warp_sum(float x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x += __shfl_xor_sync(0xFFFFFFFF, x, step);
  return x;
}

template <class T, int kPairs>
__device__ float dot(const float2 (&query)[kPairs], const T* key) {
  using E = Element<T>;
  float sum = 0;
#pragma unroll
  for (int chunk = 0; chunk < kPairs / 4; ++chunk) {
    const uint4 bytes = reinterpret_cast<const uint4*>(key)[chunk];
    const auto* pairs = reinterpret_cast<const typename E::Pair*>(&bytes);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float2 x = E::wide(pairs[i]);
      sum += query[4 * chunk + i].x * x.x + query[4 * chunk + i].y * x.y;
    }
  }
  return sum;
}

}  // namespace

template <class T, int kD, bool kCausal>
__global__ void __launch_bounds__(kWarp* kRowsPerBlock)
    naive_kernel(const T* __restrict__ q, const T* __restrict__ k, const T* __restrict__ v, T* __restrict__ o,
                 unsigned tokens, unsigned rows) {
  using E = Element<T>;
  using Pair = typename E::Pair;
  constexpr int kPairs = kD / 2;
  constexpr int kOwn = kPairs / kWarp;  // of the output, a lane
  const unsigned lane = threadIdx.x % kWarp;
  const unsigned row = blockIdx.x * kRowsPerBlock + threadIdx.x / kWarp;
  if (row >= rows) return;
  const unsigned head = row / tokens * tokens;  // first row of the head
  const unsigned end = kCausal ? row + 1 : head + tokens;
  const float scale = 1.44269504F / sqrtf(kD);  // log2(e) / sqrt(D): the softmax is in powers of two

  float2 query[kPairs];
  const auto* query_pairs = reinterpret_cast<const Pair*>(q + std::size_t{row} * kD);
#pragma unroll
  for (int i = 0; i < kPairs; ++i) {
    const float2 x = E::wide(query_pairs[i]);
    query[i] = make_float2(x.x * scale, x.y * scale);
  }

  float largest = -INFINITY;
  float sum = 0;
  float2 out[kOwn] = {};  // pairs lane, lane + 32, ...
  for (unsigned key = head; key < end; key += kWarp) {
    const float score = key + lane < end ? dot<T>(query, k + std::size_t{key + lane} * kD) : -INFINITY;
    const float now = fmaxf(largest, warp_max(score));
    const float correction = exp2f(largest - now);
    const float p = exp2f(score - now);
    sum = sum * correction + warp_sum(p);
#pragma unroll
    for (float2& x : out) x = make_float2(x.x * correction, x.y * correction);
    const auto* values = reinterpret_cast<const Pair*>(v + std::size_t{key} * kD);
    const auto add = [&](unsigned i) {
      const float weight = __shfl_sync(0xFFFFFFFF, p, static_cast<int>(i));
#pragma unroll
      for (int n = 0; n < kOwn; ++n) {
        const float2 x = E::wide(values[i * kPairs + static_cast<unsigned>(n * kWarp) + lane]);
        out[n] = make_float2(out[n].x + weight * x.x, out[n].y + weight * x.y);
      }
    };
    if (end - key >= kWarp) {
#pragma unroll 8
      for (unsigned i = 0; i < kWarp; ++i) add(i);
    } else {
      for (unsigned i = 0; i < end - key; ++i) add(i);
    }
    largest = now;
  }
#pragma unroll
  for (int n = 0; n < kOwn; ++n) {
    reinterpret_cast<Pair*>(o + std::size_t{row} * kD)[static_cast<unsigned>(n * kWarp) + lane] =
        E::narrow(out[n].x / sum, out[n].y / sum);
  }
}

namespace {

template <class T>
void launch(const Shape& shape, const Call& call) {
  const auto rows = static_cast<unsigned>(shape.rows());
  const auto run = [&](auto kernel) {
    kernel<<<(rows + kRowsPerBlock - 1) / kRowsPerBlock, kWarp * kRowsPerBlock, 0,
             static_cast<cudaStream_t>(call.stream())>>>(call.buffer<const T>(kQ), call.buffer<const T>(kK),
                                                         call.buffer<const T>(kV), call.buffer<T>(kO), shape.tokens,
                                                         rows);
  };
  if (shape.head_dim == 64) run(shape.causal ? naive_kernel<T, 64, true> : naive_kernel<T, 64, false>);
  if (shape.head_dim == 128) run(shape.causal ? naive_kernel<T, 128, true> : naive_kernel<T, 128, false>);
  check_cuda(cudaGetLastError());
}

}  // namespace

Case naive(const Shape& shape, ratchet_type type) {
  Case one = describe("naive", shape, type);
  if (shape.chunk != 0) throw std::invalid_argument(one.id() + ": only block_local works in chunks");
  one.source = here();
  one.launch = [shape, run = by_type(type, &launch<__half>, &launch<__nv_bfloat16>)](const Call& call) {
    run(shape, call);
  };
  one.reference = [shape, type](const Call& call, double* const* expected) {
    reference_cuda(shape, type, call, expected);
  };
  return one;
}

}  // namespace ratchet::kernels::attention
