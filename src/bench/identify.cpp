#include "src/bench/identify.h"

#include "src/bench/case_memory.h"

namespace ratchet::bench {

namespace {

// Looked at after a first call, as measured calls are: what a module settles in its first one is settled.
CallGraph graph_of(Device& device, PreparedCase& side) {
  side.launch();
  device.finish();
  return device.call_graph(side);
}

}  // namespace

documents::CallComparison compare_calls(Device& device, const Side& baseline, const Side& candidate) {
  documents::CallComparison result;
  result.id = candidate.which->id;
  try {
    BufferPool pool(device);
    const CaseMemory memory(pool, *candidate.which);
    // Both are prepared before either is looked at: memory that one side gave back could come to the other at the same
    // address, and different memory would pass for the same argument.
    PreparedCase first(baseline, device.lend(), memory.pointers());
    PreparedCase second(candidate, device.lend(), memory.pointers());
    device.finish();
    const CallGraph there = graph_of(device, first);
    const CallGraph here = graph_of(device, second);
    if (const auto what = difference(there, here)) {
      result.why = *what;
    } else {
      result.same = true;
      result.kernels = kernels_of(here);
    }
  } catch (const CaseError& error) {
    const std::string& side = error.failure().side;
    result.why = side.empty() ? error.what() : side + ": " + error.what();
  }
  return result;
}

}  // namespace ratchet::bench
