// One call of a prepared case, captured and read back through the driver.
#pragma once

#include "src/bench/call_graph.h"
#include "src/bench/cuda_handles.h"
#include "src/bench/prepared_case.h"

namespace ratchet::bench {

// Throws CaseError, saying why, when the call cannot be captured or does something that cannot be compared: anything
// but kernels and memsets, or arguments that cannot be read.
[[nodiscard]] CallGraph cuda_call_graph(PreparedCase& side, cudaStream_t stream);

}  // namespace ratchet::bench
