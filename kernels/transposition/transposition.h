// Transposition of a square matrix, b = a^T in FP32: nothing but memory, read in one direction and written in the other.
// What it is, what it costs, and the space of its variants: the smallest one that shows a CPU's caches, so that tuning
// can be tried and tested on any machine.
#pragma once

#include "kernels/case.h"

#include <array>
#include <cstdint>

namespace ratchet::kernels::transposition {

enum BufferIndex : std::size_t { kA = 0, kB = 1 };  // b is written

inline constexpr std::array<std::uint32_t, 6> kSizes{64, 128, 256, 512, 1024, 2048};

// Which side a tile walks along its rows; the other one is met at a stride of n.
enum class Along { Reads, Writes };

// Tiles of `tile` x `tile`, one task a row of them.
struct Point {
  std::uint32_t tile;
  Along along;
};

inline constexpr std::array<std::uint32_t, 5> kTiles{8, 16, 32, 64, 128};

inline constexpr std::uint64_t kFirstCache = 32 * 1024;  // bytes of L1 that a core has at least

// Why a point is no variant of this size; NULL where it is one.
constexpr const char* refusal(const Point& point, std::uint32_t n) {
  if (n % point.tile != 0) return "the tile does not divide n";
  if (2 * sizeof(float) * point.tile * point.tile > kFirstCache)
    return "a tile that is read and one that is written do not fit in 32 KiB of L1";
  return nullptr;
}

[[nodiscard]] Case blocked(std::uint32_t n, const Point& point);  // blocked.cpp
[[nodiscard]] std::vector<Case> blocked_space();                  // all points at all sizes, the rejected ones too

}  // namespace ratchet::kernels::transposition
