// The variants of tiled_kernel and the constraints on them, all constexpr: what is refused here is never compiled. What
// only a device knows, and a spilled register, is refused in prepare (tiled_variants.cuh).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace ratchet::kernels::attention {

struct TiledPoint {
  int warps;
  int slices;  // of 16 queries, a warp
  int keys;    // a tile
  int stages;  // tiles on their way or in use
};

inline constexpr int kVariantHeadDim = 64;

constexpr int rows_of(const TiledPoint& p) { return 16 * p.slices * p.warps; }

// Keys and values of each stage, in 16 bits.
constexpr int shared_bytes(const TiledPoint& p) {
  return std::max(p.stages * 2 * p.keys, rows_of(p)) * 2 * kVariantHeadDim;
}

// What a thread holds: queries as operands, scores of a tile, the output; and 48 more for addresses, maxima, sums and
// operands on their way, as ptxas has it for the plan that launch_tiled.cuh names, which gets by with 128.
constexpr int register_estimate(const TiledPoint& p) {
  return p.slices * (kVariantHeadDim / 4 + p.keys / 2 + kVariantHeadDim / 2) + 48;
}

// Blocks an SM that the registers leave room for: what ptxas is told to aim at.
constexpr int blocks_an_sm(const TiledPoint& p) {
  return std::clamp(64 * 1024 / (32 * p.warps * register_estimate(p)), 1, 4);
}

// Why a point is no variant; NULL where it is one.
constexpr const char* refusal(const TiledPoint& p) {
  if (register_estimate(p) > 255) return "a thread would need more than the 255 registers it can have";
  if (rows_of(p) > 128) return "more than 128 queries a block leave half of a short sequence's blocks empty";
  if (shared_bytes(p) > 99 * 1024) return "its tiles need more than the 99 KiB of shared memory of a block on sm_89";
  if (p.keys * kVariantHeadDim / 8 % (32 * p.warps) != 0) return "its threads cannot share the copy of a tile evenly";
  return nullptr;
}

// The plan that launch_tiled.cuh names comes first: where nothing is proven, it is kept.
inline constexpr auto kTiledSpace = [] {
  std::array<TiledPoint, 24> space{};
  std::size_t count = 0;
  for (const int stages : {2, 3})
    for (const int slices : {1, 2})
      for (const int warps : {4, 8})
        for (const int keys : {64, 32, 128}) space[count++] = {warps, slices, keys, stages};
  return space;
}();
static_assert(refusal(kTiledSpace[0]) == nullptr && blocks_an_sm(kTiledSpace[0]) == 4);

}  // namespace ratchet::kernels::attention
