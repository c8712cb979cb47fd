// All plans that cuDNN offers for one attention on one device, compiled. Which is the fastest is measured elsewhere.
#pragma once

#include "kernels/peers/cudnn_graph.h"

namespace ratchet::kernels::cudnn {

struct Plan {
  Descriptor plan;
  std::size_t workspace_bytes = 0;
  std::string name;  // of its kernel, as cuDNN tells it; else engine and knobs
};

// In cuDNN's own order: heuristics A, then what B adds, and the fallback where these give nothing; from the first form
// that gives any. The order is the same in every process. A plan that does not compile is left out. At least one, or
// Unavailable with what cuDNN said of each.
[[nodiscard]] std::vector<Plan> plans(const std::shared_ptr<const Api>& api, const attention::Shape& shape,
                                      ratchet_type type, const Target& target);

}  // namespace ratchet::kernels::cudnn
