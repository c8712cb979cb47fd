// The module ratchet_variants: what `ratchet tune` chooses from on a GPU. No gate measures it, and only the target
// `variants` builds it.
#include "kernels/attention/tiled_variants.h"

namespace {

using namespace ratchet::kernels;

// The founding report's second question, latency against the length of the sequence, at 32 heads of all batches; then
// the shapes that the gate measures; then few heads, where dealing out the keys pays.
std::vector<Case> cases() {
  std::vector<Case> list;
  const auto add = [&](std::vector<Case> more) {
    for (Case& one : more) list.push_back(std::move(one));
  };
  for (const bool causal : {false, true}) {
    for (const std::uint32_t tokens : {128U, 192U, 256U, 384U, 512U, 768U, 1024U, 1536U, 2048U, 3072U, 4096U})
      add(attention::tiled_space({.batch = 4, .heads = 8, .tokens = tokens, .causal = causal}));
    for (attention::Shape shape : attention::kShapes) {
      shape.causal = causal;
      if (shape.plane_count() != 32) add(attention::tiled_space(shape));
    }
    for (const std::uint32_t tokens : {512U, 1024U, 2048U, 4096U})
      add(attention::split_keys_space({.batch = 1, .heads = 2, .tokens = tokens, .causal = causal}));
  }
  return list;
}

}  // namespace

const ratchet_module* ratchet_module_entry() { return export_module<cases>("ratchet_variants", RATCHET_CUDA); }
