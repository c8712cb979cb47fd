#include "kernels/attention/tiled_variants.cuh"

namespace ratchet::kernels::attention {

TiledVariant tiled_variant_plain(std::size_t index) { return variant_by<false>(index); }

}  // namespace ratchet::kernels::attention
