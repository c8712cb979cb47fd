// Scaled dot-product attention, forward: O = softmax(Q K^T / sqrt(D)) V for each of B x H heads over S tokens of D
// numbers, causal or not. What it is, what it costs and the factories of the ladder; layout BHSD, row-major, in all
// four arrays.
#pragma once

#include "kernels/case.h"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace ratchet::kernels::attention {

inline constexpr int kHeadDim = 64;  // of the CPU versions, which also take whole tiles only
inline constexpr int kTile = 64;     // tokens

enum BufferIndex : std::size_t { kQ = 0, kK = 1, kV = 2, kO = 3, kScratch = 4 };

struct Shape {
  std::uint32_t batch = 1;
  std::uint32_t heads = 1;
  std::uint32_t tokens = kTile;
  bool causal = false;
  std::uint32_t head_dim = 64;  // or 128
  std::uint32_t chunk = 0;      // tokens that see each other; 0: all. Another function unless S <= chunk

  [[nodiscard]] constexpr std::uint64_t rows() const { return std::uint64_t{batch} * heads * tokens; }
  [[nodiscard]] constexpr std::uint64_t elements() const { return rows() * head_dim; }
  [[nodiscard]] constexpr std::uint32_t plane_count() const { return batch * heads; }
};

// What the modules for a GPU measure: small transformers.
inline constexpr Shape kShapes[] = {
    {.batch = 32, .heads = 8, .tokens = 128},
    {.batch = 32, .heads = 8, .tokens = 512},
    {.batch = 4, .heads = 8, .tokens = 256},
    {.batch = 16, .heads = 16, .tokens = 1024},
};

// Q, K and V are read once and O is written once: 4 B H S D elements.
inline constexpr std::uint64_t work_bytes(const Shape& shape, std::uint64_t element_bytes) {
  return 4 * shape.elements() * element_bytes;
}

// A query and a key that it sees cost D multiplications and additions for the score and D for the sum: 4 D. A query
// sees S keys; if causal, itself and those before it: S (S + 1) / 2 pairs a head. In chunks, the same with each chunk's
// length for S. The softmax is not counted, as in the papers.
inline constexpr std::uint64_t work_flops(const Shape& shape) {
  const auto pairs = [&](std::uint64_t s) { return shape.causal ? s * (s + 1) / 2 : s * s; };
  const std::uint64_t chunk = shape.chunk == 0 ? shape.tokens : shape.chunk;
  const std::uint64_t of_head = shape.tokens / chunk * pairs(chunk) + pairs(shape.tokens % chunk);
  return std::uint64_t{shape.batch} * shape.heads * of_head * 4 * shape.head_dim;
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

// The case without its launch and reference. Throws if there is no such attention.
[[nodiscard]] inline Case describe(const std::string& implementation, const Shape& shape, ratchet_type type) {
  Case one{.op = shape.chunk == 0 ? "attention" : "attention_block_local", .implementation = implementation};
  one.parameters = {{"B", shape.batch},    {"H", shape.heads},         {"S", shape.tokens},
                    {"D", shape.head_dim}, {"dtype", type_name(type)}, {"causal", shape.causal ? 1U : 0U}};
  if (shape.chunk != 0) one.parameters.emplace_back("chunk", shape.chunk);
  if (shape.rows() == 0) throw std::invalid_argument(one.id() + ": B, H and S must be positive");
  if (shape.head_dim != 64 && shape.head_dim != 128) throw std::invalid_argument(one.id() + ": D must be 64 or 128");
  one.definition = "O = softmax(Q K^T / sqrt(D)) V, layout BHSD, accumulated in FP32";
  if (shape.chunk != 0) one.definition += ", each query over the keys of its own chunk alone";
  one.bytes = work_bytes(shape, type == RATCHET_F32 ? 4 : 2);
  one.flops = work_flops(shape);
  one.buffers = {input("q", type, shape.elements(), RATCHET_NORMAL, 1),
                 input("k", type, shape.elements(), RATCHET_NORMAL, 2),
                 input("v", type, shape.elements(), RATCHET_NORMAL, 3),
                 output("o", type, shape.elements(), shape.head_dim, bound(type))};
  return one;
}

// Adds the second output, ln(sum of e^score), one FP32 number a row: what a backward pass or a merge of shares needs.
// For inputs of N(0, 1) it is near ln S + 1/2, and its bound 1e-4 of that.
inline void add_log_sum_exp(Case& one, const Shape& shape) {
  one.parameters.emplace_back("lse", 1U);
  one.definition += "; LSE = ln(sum of e^(Q K^T / sqrt(D)))";
  one.bytes += 4 * shape.rows();
  one.buffers.push_back(output("lse", RATCHET_F32, shape.rows(), shape.tokens, {1e-4, 1e-3}));
}

enum class LogSumExp { Left, Written };

// CPU, FP32, D = 64, S a multiple of 64.
[[nodiscard]] Case blocked(const Shape& shape);                                     // blocked.cpp
void reference_cpu(const Shape& shape, const Call& call, double* const* expected);  // reference.cpp

// CUDA, FP16 and BF16, any S, D = 64 and 128, in the order of the ladder.
[[nodiscard]] Case naive(const Shape& shape, ratchet_type type);                                   // naive.cu
[[nodiscard]] Case tiled(const Shape& shape, ratchet_type type, LogSumExp lse = LogSumExp::Left);  // tiled.cu
[[nodiscard]] Case split_keys(const Shape& shape, ratchet_type type, std::uint32_t shares);        // split_keys.cu
[[nodiscard]] Case block_local(const Shape& shape, ratchet_type type);  // block_local.cu; needs chunk
// Compute capability 9.0 only: elsewhere prepare refuses.
[[nodiscard]] Case warpgroup(const Shape& shape, ratchet_type type, LogSumExp lse = LogSumExp::Left);  // warpgroup.cu
[[nodiscard]] Case one_pass(const Shape& shape, ratchet_type type,
                            LogSumExp lse = LogSumExp::Left);  // one_pass.cu; S <= 128
// expected[0]: O; expected[1], if the case has it: LSE.
void reference_cuda(const Shape& shape, ratchet_type type, const Call& call, double* const* expected,
                    LogSumExp lse = LogSumExp::Left);  // reference.cu

}  // namespace ratchet::kernels::attention
