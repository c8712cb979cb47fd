// The few numbers that stand for a case of a run in tables and in the store. The launch is the unit: its samples share
// clocks, placement and temperature, so a hundred of them are not a hundred independent measurements.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ratchet/bootstrap.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

// Bootstraps by sample size, made on first use.
class MedianBootstraps {
 public:
  const MedianBootstrap& of(std::size_t n) { return made_.try_emplace(n, n).first->second; }

 private:
  std::map<std::size_t, MedianBootstrap> made_;
};

// Medians of the launches, in order. Launches without samples are refused.
[[nodiscard]] std::vector<double> launch_medians(const std::vector<std::vector<double>>& launches);

[[nodiscard]] SideSummary summarize(const std::vector<std::vector<double>>& launches, std::uint64_t bytes,
                                    const std::string& commit, MedianBootstraps& bootstraps);

// Bytes per call over a time, in GB/s (1e9); 0 when either is unknown.
[[nodiscard]] double bandwidth_gb_per_s(std::uint64_t bytes, double time_ns);

}  // namespace ratchet
