// Attention with mma.sync, for sm_80 and newer: a block is kWarps warps of 16 kSlices queries each, keys and values
// pass by in tiles. The kernel as a template over its plan; tiled.cu chooses plans and launches, and so do split.cu and
// block_local.cu, which only look at other keys.
#pragma once

#include "kernels/attention/fragment.cuh"
#include "kernels/attention/mma.cuh"

namespace ratchet::kernels::attention {

// Which keys a block of queries meets.
enum class Keys {
  All,
  Share,  // the blockIdx.z-th of gridDim.z shares: the result is partial, in FP32, with its log-sum-exp
  Chunk   // those of its own chunk: another function, attention within blocks
};

template <int kDim, int kRowSlices, int kWarpCount, int kBlocksAnSm, Keys kWhich, int kKeysATile = 64, int kRing = 2>
struct TiledPlan {
  static constexpr int kD = kDim;
  static constexpr int kSlices = kRowSlices;
  static constexpr int kWarps = kWarpCount;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kRows = 16 * kSlices * kWarps;
  static constexpr int kKeys = kKeysATile;
  static constexpr int kStages = kRing;  // tiles on their way or in use
  static constexpr int kBlocks = kBlocksAnSm;
  static constexpr Keys kSeen = kWhich;
  static constexpr int kOnlyOn = 0;  // the compute capability that it is compiled for; 0: all
  static constexpr int kRowBytes = 2 * kD;
  static constexpr int kTileBytes = kKeys * kRowBytes;
  static constexpr int kStageBytes = 2 * kTileBytes;  // keys, then values
  static constexpr int kQueryBytes = kRows * kRowBytes;
  static constexpr int kSharedBytes = kStages * kStageBytes > kQueryBytes ? kStages * kStageBytes : kQueryBytes;
  // A warp that is done with its first tile meets only keys that all its queries see, if causal.
  static_assert(kKeys % (16 * kSlices) == 0 && kStages >= 2);
};

template <int kComputeCapability, class Plan>
struct OnlyOn : Plan {
  static constexpr int kOnlyOn = kComputeCapability;
};

struct TiledArguments {
  const void* q;
  const void* k;
  const void* v;
  void* o;             // of the element type; of a share: FP32, one plane a share
  float* log_sum_exp;  // natural logarithm, one a row; or NULL
  int tokens;
  int chunk;  // tokens, a multiple of kRows; Keys::Chunk only
};

// Row `row` of a matrix in shared memory, at `column`: 16-byte chunks are permuted by the row, so that 8 rows of a
// matrix fall into 8 different groups of banks.
template <class Plan>
__device__ std::uint32_t swizzled(std::uint32_t matrix, unsigned row, unsigned column) {
  return matrix + row * Plan::kRowBytes + (column / 8 ^ row % 8) * 16;
}

// Starts the copy of kCount rows; those from `end` on arrive as zeros.
template <class Plan, int kCount>
__device__ void copy_rows(std::uint32_t target, const void* matrix, int first, int end) {
  constexpr int kChunks = Plan::kD / 8;
  static_assert(kCount * kChunks % Plan::kThreads == 0);
#pragma unroll
  for (int i = 0; i < kCount * kChunks / Plan::kThreads; ++i) {
    const unsigned at = threadIdx.x + static_cast<unsigned>(i * Plan::kThreads);
    const unsigned row = at / kChunks;
    const bool inside = first + static_cast<int>(row) < end;
    const auto* source = static_cast<const char*>(matrix) +
                         (inside ? static_cast<std::size_t>(first) + row : 0) * Plan::kRowBytes + at % kChunks * 16;
    copy_16(swizzled<Plan>(target, row, at % kChunks * 8), source, inside);
  }
}

template <class Plan>
struct TiledRegisters {
  std::uint32_t q[Plan::kSlices][Plan::kD / 16][4];
  float s[Plan::kSlices][Plan::kKeys / 2];
  float o[Plan::kSlices][Plan::kD / 2];
  OnlineSoftmax softmax[Plan::kSlices];
};

// s = q k^T for the slices of a warp. A matrix of keys is loaded once for all slices.
template <class T, class Plan>
__device__ void score(TiledRegisters<Plan>& r, std::uint32_t keys, unsigned lane) {
#pragma unroll
  for (int m = 0; m < Plan::kSlices; ++m) {
#pragma unroll
    for (float& x : r.s[m]) x = 0;
  }
#pragma unroll
  for (int step = 0; step < Plan::kD / 16; ++step) {
#pragma unroll
    for (int pair = 0; pair < Plan::kKeys / 16; ++pair) {
      // In turn: keys 0-7 at d 0-7 and 8-15, keys 8-15 at d 0-7 and 8-15. A key is a row: b is column-major as it lies.
      std::uint32_t b[4];
      load_matrices(b, swizzled<Plan>(keys, static_cast<unsigned>(pair) * 16 + lane / 16 * 8 + lane % 8,
                                      static_cast<unsigned>(step) * 16 + lane / 8 % 2 * 8));
#pragma unroll
      for (int m = 0; m < Plan::kSlices; ++m) {
        multiply_add<T>(&r.s[m][8 * pair], r.q[m][step], b[0], b[1]);
        multiply_add<T>(&r.s[m][8 * pair + 4], r.q[m][step], b[2], b[3]);
      }
    }
  }
}

// o += p v.
template <class T, class Plan>
__device__ void accumulate(TiledRegisters<Plan>& r, std::uint32_t values, unsigned lane) {
#pragma unroll
  for (int step = 0; step < Plan::kKeys / 16; ++step) {
    std::uint32_t p[Plan::kSlices][4];
#pragma unroll
    for (int m = 0; m < Plan::kSlices; ++m) pack_operand<T>(p[m], r.s[m], step);
#pragma unroll
    for (int pair = 0; pair < Plan::kD / 16; ++pair) {
      // In turn: keys 0-7 and 8-15 at d 0-7, keys 0-7 and 8-15 at d 8-15, each transposed.
      std::uint32_t b[4];
      load_matrices_transposed(b, swizzled<Plan>(values, static_cast<unsigned>(step) * 16 + lane % 16,
                                                 static_cast<unsigned>(pair) * 16 + lane / 16 * 8));
#pragma unroll
      for (int m = 0; m < Plan::kSlices; ++m) {
        multiply_add<T>(&r.o[m][8 * pair], p[m], b[0], b[1]);
        multiply_add<T>(&r.o[m][8 * pair + 4], p[m], b[2], b[3]);
      }
    }
  }
}

// Scores to probabilities for the keys from first_key on. Keys come last first, so that only the first tile of a warp
// can hold keys that it must not see.
template <class T, class Plan, bool kCausal>
__device__ void soften(TiledRegisters<Plan>& r, bool first, std::uint32_t keys, int first_key, int end, int row,
                       unsigned lane) {
  const float scale = kLog2E * rsqrtf(static_cast<float>(Plan::kD));
  float correction[2];
  if (first) {
#pragma unroll
    for (int m = 0; m < Plan::kSlices; ++m) {
      mask<kCausal>(r.s[m], first_key, row + 16 * m, end, lane);
      r.softmax[m].raise(r.s[m], scale, correction);
      r.softmax[m].exponentiate(r.s[m], scale);
    }
    return;
  }
  float before[Plan::kSlices][2];
  bool fits = true;
#pragma unroll
  for (int m = 0; m < Plan::kSlices; ++m) {
    before[m][0] = r.softmax[m].sum[0];
    before[m][1] = r.softmax[m].sum[1];
    fits &= r.softmax[m].try_exponentiate(r.s[m], scale);
  }
  if (fits) return;
  score<T, Plan>(r, keys, lane);
#pragma unroll
  for (int m = 0; m < Plan::kSlices; ++m) {
    r.softmax[m].sum[0] = before[m][0];
    r.softmax[m].sum[1] = before[m][1];
    if (r.softmax[m].raise(r.s[m], scale, correction)) rescale(r.o[m], correction);
    r.softmax[m].exponentiate(r.s[m], scale);
  }
}

template <class T, class Plan>
__device__ void write_rows(const TiledArguments& arguments, const TiledRegisters<Plan>& r, std::size_t head, int row,
                           unsigned lane) {
#pragma unroll
  for (int m = 0; m < Plan::kSlices; ++m) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int query = row + 16 * m + 8 * half;
      const bool inside = query < arguments.tokens;
      const float sum = quad_sum(r.softmax[m].sum[half]);
      const float factor = sum > 0 ? 1 / sum : 0;  // a share may hold no key for a query
      const std::size_t planes = Plan::kSeen == Keys::Share ? std::size_t{blockIdx.z} * gridDim.y : 0;
      const std::size_t at = (planes + head) * static_cast<unsigned>(arguments.tokens) + static_cast<unsigned>(query);
      if constexpr (Plan::kSeen == Keys::Share) {
        float* out = static_cast<float*>(arguments.o) + at * Plan::kD + lane % 4 * 2;
#pragma unroll
        for (int n = 0; n < Plan::kD / 8; ++n) {
          const float* pair = &r.o[m][4 * n + 2 * half];
          if (inside) *reinterpret_cast<float2*>(out + 8 * n) = make_float2(pair[0] * factor, pair[1] * factor);
        }
      } else {
        store_row(static_cast<T*>(arguments.o) + at * Plan::kD, r.o[m], half, factor, lane, inside);
      }
      if (arguments.log_sum_exp != nullptr && inside && lane % 4 == 0) {
        arguments.log_sum_exp[at] = (r.softmax[m].largest[half] + log2f(sum)) * kLn2;
      }
    }
  }
}

struct KeyRange {
  int begin;  // multiples of the tile, but for the end of the sequence
  int end;
};

template <class Plan, bool kCausal>
__device__ KeyRange keys_met(const TiledArguments& arguments, int first_query) {
  const int end = kCausal ? min(first_query + Plan::kRows, arguments.tokens) : arguments.tokens;
  if constexpr (Plan::kSeen == Keys::Chunk) {
    const int begin = first_query / arguments.chunk * arguments.chunk;
    return {begin, min(begin + arguments.chunk, end)};
  } else if constexpr (Plan::kSeen == Keys::Share) {
    const int tiles = (arguments.tokens + Plan::kKeys - 1) / Plan::kKeys;
    const int share = static_cast<int>(blockIdx.z);
    const int shares = static_cast<int>(gridDim.z);
    return {tiles * share / shares * Plan::kKeys, min(tiles * (share + 1) / shares * Plan::kKeys, end)};
  } else {
    return {0, end};
  }
}

// Grid: blocks of queries (x), heads (y), shares (z).
template <class T, class Plan, bool kCausal>
__global__ void __launch_bounds__(Plan::kThreads, Plan::kBlocks) tiled_kernel(const TiledArguments arguments) {
#ifdef __CUDA_ARCH__
  if constexpr (Plan::kOnlyOn != 0 && 10 * Plan::kOnlyOn != __CUDA_ARCH__) return;
#endif
  extern __shared__ __align__(128) unsigned char memory[];
  const std::uint32_t base = shared_address(memory);
  const unsigned lane = threadIdx.x % 32;
  // Blocks of queries from the last to the first: if causal, what takes longest starts first.
  const int first_query = static_cast<int>(gridDim.x - 1 - blockIdx.x) * Plan::kRows;
  const int warp_row = static_cast<int>(threadIdx.x / 32) * 16 * Plan::kSlices;
  const std::size_t head = blockIdx.y;
  const std::size_t offset = head * static_cast<unsigned>(arguments.tokens) * Plan::kRowBytes;
  const auto* k = static_cast<const char*>(arguments.k) + offset;
  const auto* v = static_cast<const char*>(arguments.v) + offset;

  TiledRegisters<Plan> r;
  copy_rows<Plan, Plan::kRows>(base, static_cast<const char*>(arguments.q) + offset, first_query, arguments.tokens);
  copies_wait();
  __syncthreads();
#pragma unroll
  for (int m = 0; m < Plan::kSlices; ++m) {
#pragma unroll
    for (int step = 0; step < Plan::kD / 16; ++step) {
      load_matrices(r.q[m][step], swizzled<Plan>(base, static_cast<unsigned>(warp_row + 16 * m) + lane % 16,
                                                 static_cast<unsigned>(step) * 16 + lane / 16 * 8));
    }
#pragma unroll
    for (float& x : r.o[m]) x = 0;
  }
  __syncthreads();  // the queries are in registers: their memory is the first tiles'

  const KeyRange range = keys_met<Plan, kCausal>(arguments, first_query);
  const auto start_copy = [&](int first_key, unsigned stage) {
    copy_rows<Plan, Plan::kKeys>(base + stage * Plan::kStageBytes, k, first_key, arguments.tokens);
    copy_rows<Plan, Plan::kKeys>(base + stage * Plan::kStageBytes + Plan::kTileBytes, v, first_key, arguments.tokens);
  };
  const int last_key = (range.end - 1) / Plan::kKeys * Plan::kKeys;
  constexpr int kAhead = Plan::kStages - 1;  // tiles on their way while one is computed
  unsigned stage = 0;
  bool first = true;
  if (range.begin < range.end) start_copy(last_key, 0);
  if constexpr (kAhead > 1) {
    copies_commit();
#pragma unroll
    for (int ahead = 1; ahead < kAhead; ++ahead) {
      const int first_key = last_key - ahead * Plan::kKeys;
      if (first_key >= range.begin) start_copy(first_key, static_cast<unsigned>(ahead));
      copies_commit();
    }
  }
  for (int first_key = last_key; first_key >= range.begin && range.begin < range.end; first_key -= Plan::kKeys) {
    // All copies of this tile have landed, and all warps are done with the one before, where the next copy goes.
    if constexpr (kAhead > 1) {
      copies_wait_but<kAhead - 1>();
      __syncthreads();
      const int next_key = first_key - kAhead * Plan::kKeys;
      if (next_key >= range.begin) start_copy(next_key, stage == 0 ? kAhead : stage - 1);
      copies_commit();  // empty at the end: what is waited for is counted
    } else {
      copies_wait();
      __syncthreads();
      if (first_key > range.begin) start_copy(first_key - Plan::kKeys, stage ^ 1);
    }
    const std::uint32_t keys = base + stage * Plan::kStageBytes;
    stage = kAhead == 1 ? stage ^ 1 : stage == kAhead ? 0 : stage + 1;
    if (kCausal && first_key > first_query + warp_row + 16 * Plan::kSlices - 1) continue;
    score<T, Plan>(r, keys, lane);
    soften<T, Plan, kCausal>(r, first, keys, first_key, range.end, first_query + warp_row + static_cast<int>(lane / 4),
                             lane);
    first = false;
    accumulate<T, Plan>(r, keys + Plan::kTileBytes, lane);
  }
  write_rows<T, Plan>(arguments, r, head, first_query + warp_row + static_cast<int>(lane / 4), lane);
}

}  // namespace ratchet::kernels::attention
