// The module ratchet_peers: what others make of the functions that we measure, in the same shapes, on the same buffers,
// against the same references. A module of its own because it is to be compared with and not to be gated on: no commit
// here changes these kernels.
#include "kernels/peers/cudnn_attention.h"

namespace {

using ratchet::kernels::Case;

std::vector<Case> cases() {
  using namespace ratchet::kernels;
  const auto session = cudnn::Session::forever();
  std::vector<Case> list;
  for (const ratchet_type type : {RATCHET_F16, RATCHET_BF16}) {
    for (attention::Shape shape : attention::kShapes) {
      for (const bool causal : {false, true}) {
        shape.causal = causal;
        list.push_back(cudnn::attention_case(session, shape, type));
      }
    }
  }
  return list;
}

}  // namespace

const ratchet_module* ratchet_module_entry() {
  return ratchet::kernels::export_module<cases>("ratchet_peers", RATCHET_CUDA);
}
