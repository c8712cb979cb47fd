// The cases of the variant space of tiled_kernel, D = 64, FP16, and of the shares of split_keys.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/attention/tiled_space.h"

namespace ratchet::kernels::attention {

// One instance for the device. Throws Unavailable where the device or the compiler refuses it: too much shared memory,
// too many registers, or some of them spilled.
using RunTiled = void (*)(const Shape& shape, const Call& call);
struct TiledVariant {
  void (*require)();  // once, before run
  RunTiled run;
};

// By index in kTiledSpace; NULL where the point is refused. One file each, to compile side by side.
[[nodiscard]] TiledVariant tiled_variant_plain(std::size_t index);   // tiled_variants_plain.cu
[[nodiscard]] TiledVariant tiled_variant_causal(std::size_t index);  // tiled_variants_causal.cu

// All points at one shape, the refused ones too.
[[nodiscard]] std::vector<Case> tiled_space(const Shape& shape);  // tiled_variants.cpp
// By number of shares.
[[nodiscard]] std::vector<Case> split_keys_space(const Shape& shape);

}  // namespace ratchet::kernels::attention
