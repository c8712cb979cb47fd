// What a captured batch of calls consists of. A module may make the first call of a batch do the work and the others
// nothing; in a graph that shows before anything runs.
#pragma once

#include <cstdint>
#include <string>

#include "src/bench/cuda_handles.h"

namespace ratchet::bench {

// What one of the calls does: each kind of node (kernel with its grid, block and shared memory; copy; memset) with its
// number. Throws CaseError (module_error) unless the graph holds something, apart from `extra` nodes of the host, and
// every kind of node a multiple of `calls` times.
[[nodiscard]] std::string work_of_equal_calls(cudaGraph_t graph, std::uint64_t calls, std::uint64_t extra,
                                              const std::string& side);

}  // namespace ratchet::bench
