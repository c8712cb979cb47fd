// Copy and triad, the two ends of STREAM: how fast memory answers, and nothing else. What they are, what they cost and
// their factories; where the arrays fit in a cache it is that cache that is measured.
#pragma once

#include "kernels/case.h"

#include <cstdint>
#include <string>

namespace ratchet::kernels::bandwidth {

inline constexpr float kScalar = 3.0F;  // as in STREAM

enum BufferIndex : std::size_t { kA = 0, kB = 1, kC = 2 };  // a is written

// Of n FP32 elements an array. copy, a = b: reads 4 n and writes 4 n bytes. triad, a = b + 3 c: reads 8 n, writes 4 n,
// and does a multiplication and an addition an element. A write is counted once, although a CPU's cache reads the line
// first.
inline constexpr std::uint64_t copy_bytes(std::uint64_t n) { return 2 * 4 * n; }
inline constexpr std::uint64_t triad_bytes(std::uint64_t n) { return 3 * 4 * n; }
inline constexpr std::uint64_t triad_flops(std::uint64_t n) { return 2 * n; }

// The case without its launch and reference; array_bytes is the size of one array, a multiple of 4.
[[nodiscard]] inline Case describe_copy(const std::string& implementation, std::uint64_t array_bytes) {
  const std::uint64_t n = array_bytes / sizeof(float);
  Case copy{.op = "copy", .implementation = implementation, .parameters = {{"bytes", array_bytes}}};
  copy.definition = "a = b in FP32";
  copy.bytes = copy_bytes(n);
  copy.buffers = {output("a", RATCHET_F32, n, 1024, {0, 0}), input("b", RATCHET_F32, n, RATCHET_UNIFORM, 1)};
  return copy;
}

[[nodiscard]] inline Case describe_triad(const std::string& implementation, std::uint64_t array_bytes) {
  const std::uint64_t n = array_bytes / sizeof(float);
  Case triad{.op = "triad", .implementation = implementation, .parameters = {{"bytes", array_bytes}}};
  triad.definition = "a = b + 3 * c in FP32";
  triad.bytes = triad_bytes(n);
  triad.flops = triad_flops(n);
  triad.buffers = {output("a", RATCHET_F32, n, 1024, {1e-6, 1e-6}), input("b", RATCHET_F32, n, RATCHET_UNIFORM, 1),
                   input("c", RATCHET_F32, n, RATCHET_UNIFORM, 2)};
  return triad;
}

[[nodiscard]] Case copy_threads(std::uint64_t array_bytes);  // threads.cpp
[[nodiscard]] Case triad_threads(std::uint64_t array_bytes);

[[nodiscard]] Case copy_vectorized(std::uint64_t array_bytes);  // vectorized.cu
[[nodiscard]] Case triad_vectorized(std::uint64_t array_bytes);

}  // namespace ratchet::kernels::bandwidth
