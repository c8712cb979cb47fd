#include "kernels/attention/tiled_variants.h"

namespace ratchet::kernels::attention {
namespace {

constexpr std::uint32_t kMostShares = 16;

Case tiled_at(const Shape& shape, std::size_t index) {
  const TiledPoint& point = kTiledSpace[index];
  Case one = describe("tiled", shape, RATCHET_F16);
  const auto put = [&](const char* key, int value) {
    one.variant.emplace_back(key, static_cast<std::uint64_t>(value));
  };
  put("warps", point.warps);
  put("slices", point.slices);
  put("keys", point.keys);
  put("stages", point.stages);
  one.source = here();
  one.reference = [shape](const Call& call, double* const* expected) {
    reference_cuda(shape, RATCHET_F16, call, expected);
  };
  if (const char* why = refusal(point)) return rejected(one, why);
  const TiledVariant variant = shape.causal ? tiled_variant_causal(index) : tiled_variant_plain(index);
  one.prepare = [shape, variant](const Call& call) -> Launch {
    variant.require();
    return [shape, variant, call] { variant.run(shape, call); };
  };
  return one;
}

}  // namespace

std::vector<Case> tiled_space(const Shape& shape) {
  if (shape.head_dim != kVariantHeadDim) throw std::invalid_argument("the variants of tiled have D = 64");
  std::vector<Case> list;
  for (std::size_t i = 0; i < kTiledSpace.size(); ++i) list.push_back(tiled_at(shape, i));
  return list;
}

// All get the memory of the most shares: with buffers of their own they would be cases of other definitions.
std::vector<Case> split_keys_space(const Shape& shape) {
  const std::vector<ratchet_buffer> buffers = split_keys(shape, RATCHET_F16, kMostShares).buffers;
  std::vector<Case> list;
  for (std::uint32_t shares = 1; shares <= kMostShares; shares *= 2) {
    Case one = split_keys(shape, RATCHET_F16, shares);
    one.parameters.pop_back();
    one.variant = {{"shares", shares}};
    one.buffers = buffers;
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace ratchet::kernels::attention
