// What the tensor-core versions do with a result of theirs in registers. A fragment c of N columns holds, in every
// lane, two rows of a 16-row slice, g = lane / 4 and g + 8 ("half" 0 and 1), at columns 8 n + 2 t + {0, 1} with t =
// lane % 4: c[4 n + 2 half + {0, 1}]. The four lanes of a quad share their two rows.
#pragma once

#include "kernels/attention/element.cuh"

#include <cstdint>

namespace ratchet::kernels::attention {

inline constexpr float kLog2E = 1.44269504F;
inline constexpr float kLn2 = 0.693147181F;

// ex2.approx.ftz: 2^x to 2 ulp; 0 for -inf. exp2f would add a multiplication for results below 2^-126.
__device__ inline float exp2_approx(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ inline float quad_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(0xFFFFFFFF, x, 1));
  return fmaxf(x, __shfl_xor_sync(0xFFFFFFFF, x, 2));
}

__device__ inline float quad_sum(float x) {
  x += __shfl_xor_sync(0xFFFFFFFF, x, 1);
  return x + __shfl_xor_sync(0xFFFFFFFF, x, 2);
}

__device__ inline std::uint32_t shared_address(const void* pointer) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(pointer));
}

template <class T>
__device__ std::uint32_t pack(float x, float y) {
  const auto pair = Element<T>::narrow(x, y);
  return *reinterpret_cast<const std::uint32_t*>(&pair);
}

// Two chains, so that a maximum waits for half as many others.
template <int kCount>
__device__ float fragment_max(const float (&c)[kCount], int half) {
  float even = c[2 * half];
  float odd = c[2 * half + 1];
#pragma unroll
  for (int n = 1; n < kCount / 4; ++n) {
    even = fmaxf(even, c[4 * n + 2 * half]);
    odd = fmaxf(odd, c[4 * n + 2 * half + 1]);
  }
  return fmaxf(even, odd);
}

// Row sums and maxima of the online softmax for the two rows of a lane, in powers of two: after each step
// p = 2^(score * scale - largest). `largest` may lag behind the true maximum: p then exceeds 1, and the final division
// makes it exact again, as long as p fits its type. So the sums and the output are rescaled only when a score grows by
// more than that (the idea of FlashAttention-4), and the maximum of a tile need not even be computed: the sum of its p
// tells.
struct OnlineSoftmax {
  static constexpr float kLag = 8;
  static constexpr float kCeiling = 16384;  // fp16 ends at 65504; no p of a lane is larger than their sum
  float largest[2] = {-INFINITY, -INFINITY};
  float sum[2] = {0, 0};  // of this lane's columns only

  // Takes the maxima of new scores in; true, for the whole warp, if what was summed so far is to be multiplied by
  // `correction`.
  template <int kCount>
  __device__ bool raise(const float (&scores)[kCount], float scale, float (&correction)[2]) {
    float now[2];
#pragma unroll
    for (int half = 0; half < 2; ++half) now[half] = quad_max(fragment_max(scores, half)) * scale;
    if (!__any_sync(0xFFFFFFFF, now[0] > largest[0] + kLag || now[1] > largest[1] + kLag)) return false;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      now[half] = fmaxf(largest[half], now[half]);
      correction[half] = exp2_approx(largest[half] - now[half]);
      sum[half] *= correction[half];
      largest[half] = now[half];
    }
    return true;
  }

  // Scores to probabilities, in place; false, for the whole warp and with `sum` as it was, if one may be too large.
  template <int kCount>
  __device__ bool try_exponentiate(float (&scores)[kCount], float scale) {
    float part[2][2] = {};
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
      const int half = i / 2 % 2;
      scores[i] = exp2_approx(fmaf(scores[i], scale, -largest[half]));
      part[half][i % 2] += scores[i];
    }
    const float of_tile[2] = {part[0][0] + part[0][1], part[1][0] + part[1][1]};
    if (__any_sync(0xFFFFFFFF, !(fmaxf(of_tile[0], of_tile[1]) <= kCeiling))) return false;
    sum[0] += of_tile[0];
    sum[1] += of_tile[1];
    return true;
  }

  // The same when `largest` is known to be near.
  template <int kCount>
  __device__ void exponentiate(float (&scores)[kCount], float scale) {
    float part[2][2] = {};
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
      const int half = i / 2 % 2;
      scores[i] = exp2_approx(fmaf(scores[i], scale, -largest[half]));
      part[half][i % 2] += scores[i];
    }
    sum[0] += part[0][0] + part[0][1];
    sum[1] += part[1][0] + part[1][1];
  }
};

// Keys behind the end, and keys behind the query if causal, get the score of no weight.
template <bool kCausal, int kCount>
__device__ void mask(float (&s)[kCount], int first_key, int row, int tokens, unsigned lane) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    const int key = first_key + i / 4 * 8 + static_cast<int>(lane % 4) * 2 + i % 2;
    const int last = kCausal ? row + i / 2 % 2 * 8 : tokens - 1;
    if (key > last) s[i] = -INFINITY;
  }
}

template <int kCount>
__device__ void rescale(float (&c)[kCount], const float (&factor)[2]) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) c[i] *= factor[i / 2 % 2];
}

// 16 columns of a result as the 16 x 16 operand of the next product.
template <class T, int kCount>
__device__ void pack_operand(std::uint32_t (&a)[4], const float (&c)[kCount], int step) {
#pragma unroll
  for (int i = 0; i < 4; ++i) a[i] = pack<T>(c[8 * step + 2 * i], c[8 * step + 2 * i + 1]);
}

// Lane t of a quad holds word t of chunks 0 .. 3 and gets all words of chunk t.
__device__ inline void transpose_quad(std::uint32_t (&w)[4], unsigned lane) {
#pragma unroll
  for (int step = 1; step < 4; step *= 2) {
    const bool upper = (lane & static_cast<unsigned>(step)) != 0;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if ((i & step) != 0) continue;
      const std::uint32_t other = __shfl_xor_sync(0xFFFFFFFF, upper ? w[i] : w[i + step], step);
      (upper ? w[i] : w[i + step]) = other;
    }
  }
}

// One half of a fragment, times `factor`, to its row in memory: 16 bytes a lane, 64 contiguous bytes a quad. Every lane
// of the warp calls it; those with store = false only give their words.
template <class T, int kCount>
__device__ void store_row(T* row, const float (&c)[kCount], int half, float factor, unsigned lane, bool store) {
#pragma unroll
  for (int block = 0; block < kCount / 16; ++block) {
    std::uint32_t w[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float* pair = &c[16 * block + 4 * i + 2 * half];
      w[i] = pack<T>(pair[0] * factor, pair[1] * factor);
    }
    transpose_quad(w, lane);
    if (store) *reinterpret_cast<uint4*>(row + 32 * block + lane % 4 * 8) = make_uint4(w[0], w[1], w[2], w[3]);
  }
}

}  // namespace ratchet::kernels::attention
