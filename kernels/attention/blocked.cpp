// Attention on a CPU, one block of queries a task: the keys pass by in blocks that stay in the L1 cache, and the
// softmax is corrected as larger scores appear (online softmax), so no row of scores is ever stored. Both products are
// one small matrix multiplication on 8-lane vectors; the compiler makes a version of it for AVX2 and one for any
// processor.
#include "kernels/attention/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

// Chosen when the library is loaded. GCC 12 is the first to know the level x86-64-v3 here.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#define RATCHET_CLONES [[gnu::target_clones("arch=x86-64-v3", "default")]]
#else
#define RATCHET_CLONES
#endif

namespace ratchet::kernels::attention {
namespace {

constexpr int kQueries = 32;  // of a task: with the block of keys, 48 KiB in use
constexpr int kKeys = kTile;
constexpr int kLanes = 8;

// Inlined into the clones, or they would stay code for the oldest processor. Vectors go by reference: by value the
// calling convention would depend on the processor.
#define RATCHET_INLINE [[gnu::always_inline]] inline

using Vec [[gnu::vector_size(kLanes * sizeof(float)), gnu::may_alias]] = float;
using IntVec [[gnu::vector_size(kLanes * sizeof(int))]] = int;
using Row = float[kHeadDim];  // kKeys is the same number: a row of scores is a Row, too
static_assert(kHeadDim == kKeys);

struct Block {
  alignas(64) Row q[kQueries];  // scaled by log2(e) / sqrt(D): the softmax is then in powers of two
  alignas(64) Row k_transposed[kHeadDim];
  alignas(64) Row p[kQueries];              // scores, then probabilities before division by their sum
  alignas(64) Row o[kQueries];              // the same for the output
  alignas(64) float sum[kQueries][kLanes];  // of p: kLanes partial sums a query
  float largest[kQueries];                  // score so far, of each query
};

RATCHET_INLINE Vec& vec(float* at) { return *reinterpret_cast<Vec*>(at); }
RATCHET_INLINE const Vec& vec(const float* at) { return *reinterpret_cast<const Vec*>(at); }

// c += a b. A tile of 4 x 16 results lives in 8 registers while k runs: as many sums as hide the latency of the FMA.
RATCHET_INLINE void multiply_add(const Row* a, const Row* b, Row* c) {
  for (int column = 0; column < kHeadDim; column += 2 * kLanes) {
    for (int row = 0; row < kQueries; row += 4) {
      Vec tile[4][2];
      for (int r = 0; r < 4; ++r) {
        tile[r][0] = vec(&c[row + r][column]);
        tile[r][1] = vec(&c[row + r][column + kLanes]);
      }
      for (int k = 0; k < kHeadDim; ++k) {
        const Vec left = vec(&b[k][column]);
        const Vec right = vec(&b[k][column + kLanes]);
        for (int r = 0; r < 4; ++r) {
          tile[r][0] += a[row + r][k] * left;
          tile[r][1] += a[row + r][k] * right;
        }
      }
      for (int r = 0; r < 4; ++r) {
        vec(&c[row + r][column]) = tile[r][0];
        vec(&c[row + r][column + kLanes]) = tile[r][1];
      }
    }
  }
}

// x = 2^x for x <= 0. 2^n by the exponent's bits and 2^f, |f| <= 1/2, by the Taylor series: its rest, (ln(2)/2)^7 / 7!,
// is 1.2e-7. Below -126, where a masked score of -infinity lies too, the answer is 2^-126: nothing beside the row's
// largest, 1.
RATCHET_INLINE void exp2_of(Vec& x) {
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  x = x < -126.0F ? Vec{} - 126.0F : x;
  const Vec shifted = x + kRound;
  const Vec f = x - (shifted - kRound);
  Vec power = 1.5403530e-4F * f + 1.3333558e-3F;  // ln(2)^k / k!, from k = 6 down
  power = power * f + 9.6181291e-3F;
  power = power * f + 5.5504109e-2F;
  power = power * f + 2.4022651e-1F;
  power = power * f + 6.9314718e-1F;
  power = power * f + 1.0F;
  // The low bits of shifted are n + 2^22 over the exponent's field; shifted left by 23 only n is left of them.
  x = reinterpret_cast<Vec>(reinterpret_cast<IntVec>(power) + (reinterpret_cast<IntVec>(shifted) << 23));
}

RATCHET_INLINE float largest_of(const Row& row) {
  Vec lanes = vec(row);
  for (int j = kLanes; j < kKeys; j += kLanes) lanes = lanes > vec(&row[j]) ? lanes : vec(&row[j]);
  float largest = lanes[0];
  for (int lane = 1; lane < kLanes; ++lane) largest = largest > lanes[lane] ? largest : lanes[lane];
  return largest;
}

// Scores to probabilities, relative to the largest score so far; what was summed before is brought to the same scale.
RATCHET_INLINE void softmax_block(Block& block) {
  for (int i = 0; i < kQueries; ++i) {
    const float before = block.largest[i];
    const float now = std::fmax(before, largest_of(block.p[i]));
    block.largest[i] = now;
    Vec correction = Vec{} + (before - now);
    exp2_of(correction);
    Vec& sum = vec(block.sum[i]);
    sum *= correction;
    for (int j = 0; j < kKeys; j += kLanes) {
      Vec& p = vec(&block.p[i][j]);
      p -= now;
      exp2_of(p);
      sum += p;
    }
    for (int d = 0; d < kHeadDim; d += kLanes) vec(&block.o[i][d]) *= correction;
  }
}

RATCHET_INLINE void transpose(const Row* k, Row* k_transposed) {
  for (int d = 0; d < kHeadDim; ++d) {
    for (int key = 0; key < kKeys; ++key) k_transposed[d][key] = k[key][d];
  }
}

// Queries first_query .. + kQueries of one head, all arrays starting at that head.
RATCHET_CLONES void attend(const Row* q, const Row* k, const Row* v, Row* o, int tokens, int first_query, bool causal) {
  Block block;
  const float scale = 1.44269504F / std::sqrt(static_cast<float>(kHeadDim));
  for (int i = 0; i < kQueries; ++i) {
    for (int d = 0; d < kHeadDim; ++d) block.q[i][d] = q[first_query + i][d] * scale;
    block.largest[i] = -std::numeric_limits<float>::infinity();
  }
  std::memset(block.o, 0, sizeof block.o);
  std::memset(block.sum, 0, sizeof block.sum);

  const int end = causal ? first_query + kQueries : tokens;  // keys from here on are seen by no query of this task
  for (int first_key = 0; first_key < end; first_key += kKeys) {
    transpose(k + first_key, block.k_transposed);
    std::memset(block.p, 0, sizeof block.p);
    multiply_add(block.q, block.k_transposed, block.p);
    for (int i = 0; causal && i < kQueries; ++i) {
      for (int j = std::max(first_query + i + 1 - first_key, 0); j < kKeys; ++j) {
        block.p[i][j] = -std::numeric_limits<float>::infinity();
      }
    }
    softmax_block(block);
    multiply_add(block.p, v + first_key, block.o);
  }

  for (int i = 0; i < kQueries; ++i) {
    float sum = 0;
    for (int lane = 0; lane < kLanes; ++lane) sum += block.sum[i][lane];
    for (int d = 0; d < kHeadDim; ++d) o[first_query + i][d] = block.o[i][d] / sum;
  }
}

void launch(const Shape& shape, const Call& call) {
  const auto* q = call.buffer<const Row>(kQ);
  const auto* k = call.buffer<const Row>(kK);
  const auto* v = call.buffer<const Row>(kV);
  auto* o = call.buffer<Row>(kO);
  const std::uint32_t tasks_per_head = shape.tokens / kQueries;
  call.parallel_for(shape.batch * shape.heads * tasks_per_head, [&](std::uint32_t task) {
    const std::uint64_t head = std::uint64_t{task / tasks_per_head} * shape.tokens;
    const int first_query = static_cast<int>(task % tasks_per_head) * kQueries;
    attend(q + head, k + head, v + head, o + head, static_cast<int>(shape.tokens), first_query, shape.causal);
  });
}

}  // namespace

Case blocked(const Shape& shape) {
  Case one = describe("blocked", shape, RATCHET_F32);
  if (shape.tokens % kTile != 0) {
    throw std::invalid_argument(one.id() + ": S must be a positive multiple of " + std::to_string(kTile));
  }
  if (shape.head_dim != kHeadDim || shape.chunk != 0) {
    throw std::invalid_argument(one.id() + ": D must be " + std::to_string(kHeadDim) + ", and there are no chunks");
  }
  one.source = here();
  one.launch = [shape](const Call& call) { launch(shape, call); };
  one.reference = [shape](const Call& call, double* const* expected) { reference_cpu(shape, call, expected); };
  return one;
}

}  // namespace ratchet::kernels::attention
