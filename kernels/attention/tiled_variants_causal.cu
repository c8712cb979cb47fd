#include "kernels/attention/tiled_variants.cuh"

namespace ratchet::kernels::attention {

TiledVariant tiled_variant_causal(std::size_t index) { return variant_by<true>(index); }

}  // namespace ratchet::kernels::attention
