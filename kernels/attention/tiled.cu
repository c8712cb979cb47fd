// Second step of the ladder: tiles of keys and values in shared memory, used by 64 queries at once, and both products
// on the tensor cores. A warp owns 16 queries, so the softmax needs no other warp, and the probabilities go from the
// result of the first product to the operand of the second without leaving their registers.
#include "kernels/attention/attention.h"
#include "kernels/attention/element.cuh"
#include "kernels/attention/mma.cuh"
#include "kernels/check_cuda.h"

namespace ratchet::kernels::attention {
namespace {

constexpr int kWarps = 4;
constexpr int kThreads = 32 * kWarps;
constexpr int kQueries = 16 * kWarps;
constexpr int kKeys = kTile;
constexpr int kSteps = kHeadDim / 16;   // of 16 in the inner dimension of either product
constexpr int kColumns = kHeadDim / 8;  // tiles of 8 results
constexpr int kPitch = kHeadDim + 8;    // 144 bytes: 8 rows of a matrix fall into 8 different groups of banks
static_assert(kQueries == kTile && kKeys == kHeadDim);

template <class T>
using Tile = T[kTile][kPitch];

template <class T>
__device__ void load_tile(Tile<T>& tile, const T* rows) {
  constexpr int kChunk = 8;  // elements of 16 bytes
  constexpr int kChunks = kHeadDim / kChunk;
  for (int i = static_cast<int>(threadIdx.x); i < kTile * kChunks; i += kThreads) {
    const int row = i / kChunks;
    const int column = i % kChunks * kChunk;
    *reinterpret_cast<uint4*>(&tile[row][column]) = *reinterpret_cast<const uint4*>(rows + row * kHeadDim + column);
  }
}

// p = q k^T for 16 queries and all keys of the tile.
template <class T>
__device__ void score(float (&p)[kColumns][4], const std::uint32_t (&query)[kSteps][4], const Tile<T>& keys, int lane) {
#pragma unroll
  for (int step = 0; step < kSteps; ++step) {
#pragma unroll
    for (int pair = 0; pair < kColumns / 2; ++pair) {
      // In turn: keys 0-7 at d 0-7 and 8-15, keys 8-15 at d 0-7 and 8-15. A key is a row: b is column-major as it lies.
      std::uint32_t b[4];
      load_matrices(b, &keys[pair * 16 + lane / 16 * 8 + lane % 8][step * 16 + lane / 8 % 2 * 8]);
      multiply_add<T>(p[2 * pair], query[step], b[0], b[1]);
      multiply_add<T>(p[2 * pair + 1], query[step], b[2], b[3]);
    }
  }
}

// State of the online softmax for the two rows that a lane sees, g and g + 8; the four lanes of a row agree on largest.
struct Softmax {
  float largest[2] = {-INFINITY, -INFINITY};
  float sum[2] = {0, 0};  // of this lane's columns only
};

// Scores to probabilities, relative to the largest so far; sum and out are brought to the same scale.
__device__ void softmax_tile(Softmax& softmax, float (&p)[kColumns][4], float (&out)[kColumns][4]) {
  const float scale = 1.44269504F / sqrtf(kHeadDim);  // log2(e) / sqrt(D): powers of two
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float now = -INFINITY;
#pragma unroll
    for (int n = 0; n < kColumns; ++n) now = fmaxf(now, fmaxf(p[n][2 * half], p[n][2 * half + 1]));
    now = fmaxf(now, __shfl_xor_sync(0xFFFFFFFF, now, 1));
    now = fmaxf(now, __shfl_xor_sync(0xFFFFFFFF, now, 2));
    now = fmaxf(softmax.largest[half], now * scale);
    const float correction = exp2f(softmax.largest[half] - now);
    softmax.largest[half] = now;
    softmax.sum[half] *= correction;
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
#pragma unroll
      for (int i = 2 * half; i < 2 * half + 2; ++i) {
        p[n][i] = exp2f(p[n][i] * scale - now);
        softmax.sum[half] += p[n][i];
        out[n][i] *= correction;
      }
    }
  }
}

template <class T>
__device__ std::uint32_t pack(float x, float y) {
  const auto pair = Element<T>::narrow(x, y);
  return *reinterpret_cast<const std::uint32_t*>(&pair);
}

// out += p v. Two neighbouring 16 x 8 results of the first product are one 16 x 16 operand of the second.
template <class T>
__device__ void accumulate(float (&out)[kColumns][4], const float (&p)[kColumns][4], const Tile<T>& values, int lane) {
#pragma unroll
  for (int step = 0; step < kSteps; ++step) {
    const float(&left)[4] = p[2 * step];
    const float(&right)[4] = p[2 * step + 1];
    const std::uint32_t a[4] = {pack<T>(left[0], left[1]), pack<T>(left[2], left[3]), pack<T>(right[0], right[1]),
                                pack<T>(right[2], right[3])};
#pragma unroll
    for (int pair = 0; pair < kColumns / 2; ++pair) {
      // In turn: keys 0-7 and 8-15 at d 0-7, keys 0-7 and 8-15 at d 8-15, each transposed.
      std::uint32_t b[4];
      load_matrices_transposed(b, &values[step * 16 + lane % 16][pair * 16 + lane / 16 * 8]);
      multiply_add<T>(out[2 * pair], a, b[0], b[1]);
      multiply_add<T>(out[2 * pair + 1], a, b[2], b[3]);
    }
  }
}

}  // namespace

// A block is 64 queries (x) of one head (y).
template <class T, bool kCausal>
__global__ void __launch_bounds__(kThreads) tiled_kernel(const T* __restrict__ q, const T* __restrict__ k,
                                                         const T* __restrict__ v, T* __restrict__ o, int tokens) {
  __shared__ alignas(16) Tile<T> query_tile;
  __shared__ alignas(16) Tile<T> key_tile;
  __shared__ alignas(16) Tile<T> value_tile;
  const int lane = static_cast<int>(threadIdx.x % 32);
  const int warp_row = static_cast<int>(threadIdx.x / 32) * 16;
  const int first_query = static_cast<int>(blockIdx.x) * kQueries;
  const std::size_t head = std::size_t{blockIdx.y} * static_cast<unsigned>(tokens) * kHeadDim;
  const std::size_t block = head + static_cast<unsigned>(first_query) * std::size_t{kHeadDim};

  load_tile<T>(query_tile, q + block);
  __syncthreads();
  std::uint32_t query[kSteps][4];
#pragma unroll
  for (int step = 0; step < kSteps; ++step) {
    load_matrices(query[step], &query_tile[warp_row + lane % 16][step * 16 + lane / 16 * 8]);
  }

  Softmax softmax;
  float out[kColumns][4] = {};
  const int end = kCausal ? first_query + kQueries : tokens;  // keys from here on are seen by no query of this block
  for (int first_key = 0; first_key < end; first_key += kKeys) {
    __syncthreads();  // all warps are done with the tiles before
    load_tile<T>(key_tile, k + head + static_cast<unsigned>(first_key) * std::size_t{kHeadDim});
    load_tile<T>(value_tile, v + head + static_cast<unsigned>(first_key) * std::size_t{kHeadDim});
    __syncthreads();
    float p[kColumns][4] = {};
    score<T>(p, query, key_tile, lane);
    if (kCausal && first_key == first_query) {  // the one tile that is seen in part
#pragma unroll
      for (int n = 0; n < kColumns; ++n) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          if (n * 8 + lane % 4 * 2 + i % 2 > warp_row + lane / 4 + i / 2 * 8) p[n][i] = -INFINITY;
        }
      }
    }
    softmax_tile(softmax, p, out);
    accumulate<T>(out, p, value_tile, lane);
  }

#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float sum = softmax.sum[half];
    sum += __shfl_xor_sync(0xFFFFFFFF, sum, 1);
    sum += __shfl_xor_sync(0xFFFFFFFF, sum, 2);
    T* row = o + block + (warp_row + lane / 4 + half * 8) * kHeadDim + lane % 4 * 2;
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
      *reinterpret_cast<std::uint32_t*>(row + n * 8) = pack<T>(out[n][2 * half] / sum, out[n][2 * half + 1] / sum);
    }
  }
}

namespace {

template <class T>
void launch(const Shape& shape, const Call& call) {
  const dim3 blocks(shape.tokens / kQueries, shape.batch * shape.heads);
  const auto kernel = shape.causal ? tiled_kernel<T, true> : tiled_kernel<T, false>;
  kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(call.stream())>>>(
      call.buffer<const T>(kQ), call.buffer<const T>(kK), call.buffer<const T>(kV), call.buffer<T>(kO),
      static_cast<int>(shape.tokens));
  check_cuda(cudaGetLastError());
}

}  // namespace

Case tiled(const Shape& shape, ratchet_type type) {
  Case one = describe("tiled", shape, type);
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
