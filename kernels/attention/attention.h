// Scaled dot-product attention, forward: O = softmax(Q K^T / sqrt(D)) V for each of B x H heads over S tokens of D
// numbers, causal or not. What it is, what it costs and the factories of the ladder; layout BHSD, row-major, in all
// four arrays.
#pragma once

#include "kernels/case.h"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace ratchet::kernels::attention {

inline constexpr int kHeadDim = 64;  // the one head dimension that all versions are written for
inline constexpr int kTile = 64;     // tokens: all versions take whole tiles

enum BufferIndex : std::size_t { kQ = 0, kK = 1, kV = 2, kO = 3 };

struct Shape {
  std::uint32_t batch = 1;
  std::uint32_t heads = 1;
  std::uint32_t tokens = kTile;
  bool causal = false;

  [[nodiscard]] constexpr std::uint64_t rows() const { return std::uint64_t{batch} * heads * tokens; }
  [[nodiscard]] constexpr std::uint64_t elements() const { return rows() * kHeadDim; }
};

// Q, K and V are read once and O is written once: 4 B H S D elements.
inline constexpr std::uint64_t work_bytes(const Shape& shape, std::uint64_t element_bytes) {
  return 4 * shape.elements() * element_bytes;
}

// A query and a key that it sees cost D multiplications and additions for the score and D for the sum: 4 D. A query
// sees S keys; if causal, itself and those before it: S (S + 1) / 2 pairs a head. The softmax is not counted, as in the
// papers.
inline constexpr std::uint64_t work_flops(const Shape& shape) {
  const std::uint64_t s = shape.tokens;
  const std::uint64_t pairs = shape.causal ? s * (s + 1) / 2 : s * s;
  return std::uint64_t{shape.batch} * shape.heads * pairs * 4 * kHeadDim;
}

// FP32: rounding of the sums and of exp2 gives 5e-7. FP16 and BF16: the inputs are exact, the probabilities and the
// output are rounded once each, which gives 2.8e-4 and 2.3e-3, and 1.6 times that in the worst row. The bounds leave a
// factor of three for another order of additions; a row that is wrong by a tenth of its norm is refused.
inline constexpr Bound bound(ratchet_type type) {
  if (type == RATCHET_F16) return {1e-3, 1e-2};
  if (type == RATCHET_BF16) return {8e-3, 8e-2};
  return {1e-5, 1e-4};
}

inline const char* type_name(ratchet_type type) {
  return type == RATCHET_F16 ? "fp16" : type == RATCHET_BF16 ? "bf16" : "fp32";
}

// The case without its launch and reference. Throws if the shape is not made of whole tiles.
[[nodiscard]] inline Case describe(const std::string& implementation, const Shape& shape, ratchet_type type) {
  Case one{.op = "attention", .implementation = implementation};
  one.parameters = {{"B", shape.batch}, {"H", shape.heads},         {"S", shape.tokens},
                    {"D", kHeadDim},    {"dtype", type_name(type)}, {"causal", shape.causal ? 1U : 0U}};
  if (shape.rows() == 0 || shape.tokens % kTile != 0) {
    throw std::invalid_argument(one.id() + ": S must be a positive multiple of " + std::to_string(kTile));
  }
  one.definition = "O = softmax(Q K^T / sqrt(D)) V, layout BHSD, accumulated in FP32";
  one.bytes = work_bytes(shape, type == RATCHET_F32 ? 4 : 2);
  one.flops = work_flops(shape);
  one.buffers = {input("q", type, shape.elements(), RATCHET_NORMAL, 1),
                 input("k", type, shape.elements(), RATCHET_NORMAL, 2),
                 input("v", type, shape.elements(), RATCHET_NORMAL, 3),
                 output("o", type, shape.elements(), kHeadDim, bound(type))};
  return one;
}

// CPU, FP32.
[[nodiscard]] Case blocked(const Shape& shape);                                     // blocked.cpp
void reference_cpu(const Shape& shape, const Call& call, double* const* expected);  // reference.cpp

// CUDA, FP16 and BF16, in the order of the ladder. naive takes no causal shape.
[[nodiscard]] Case naive(const Shape& shape, ratchet_type type);                                        // naive.cu
[[nodiscard]] Case tiled(const Shape& shape, ratchet_type type);                                        // tiled.cu
void reference_cuda(const Shape& shape, ratchet_type type, const Call& call, double* const* expected);  // reference.cu

}  // namespace ratchet::kernels::attention
