// What the CUDA device and its timers share: one stream, the host's kernels, and facts of the device that timing needs.
#pragma once

#include <cstdint>

#include "src/bench/cuda_tools.h"

namespace ratchet::bench {

struct CudaContext {
  CudaStream stream;
  CudaTools tools;
  unsigned multiprocessors = 1;
  double clock_ghz = 1;  // nominal; a first guess for delays, which are then measured
  std::uint64_t l2_bytes = 0;
  PinnedMemory flags;  // two uint32 that host and device see: release, expired (see bench_hold)
  CudaMemory sum;      // one uint64
  // Rounds queued at once. It only shrinks, when the device had to give up waiting because the queue was full.
  std::size_t rounds_at_once = 16;
};

}  // namespace ratchet::bench
