// How near a case comes to what its device could do, and to which of its ceilings: shown to people and never judged. A
// time from a warm cache says nothing about memory, so that only cold cases get a share of memory's ceilings.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ratchet/run.h"

namespace ratchet {

// 0 where unknown.
struct Ceilings {
  double peak_bytes_per_s = 0;  // of the memory: two transfers a memory clock over the whole bus
  double copy_bytes_per_s = 0;  // what a large copy reached in the same launches
  double flops_per_s = 0;       // of the tensor cores in FP16, dense, at the clock of these launches
  std::uint64_t l2_bytes = 0;
};
[[nodiscard]] Ceilings ceilings_of(const std::optional<Environment>& environment, std::span<const Telemetry> telemetry);

struct Rates {
  double bytes_per_s = 0;  // algorithmic bytes / time
  double flops_per_s = 0;
  double flops_per_byte = 0;  // 0 without bytes
  std::optional<double> of_peak;
  std::optional<double> of_copy;
  std::optional<double> of_flops;
  // "memory" or "arithmetic", whichever a perfect kernel would meet first; "cache" for what a warm cache may hold; ""
  // where unknown.
  std::string bound;
  std::optional<std::string> warning;
};
[[nodiscard]] Rates rates_of(const CaseFacts& facts, double time_ns, const Ceilings& ceilings);

// Dense FP16 multiply-adds with FP32 accumulation, counted as two, of one multiprocessor in a cycle; 0 where unknown.
[[nodiscard]] double tensor_flops_per_cycle(int major, int minor);

}  // namespace ratchet
