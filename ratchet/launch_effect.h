// What one launch of a duet says of one case: one number and how well its rounds know it. A launch that cannot be read
// says why, and is never a zero.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "ratchet/run.h"

namespace ratchet {

// The trimmed mean over rounds of log(candidate/baseline), and its variance over
// rounds.
struct LaunchEffect {
  double log_ratio = 0;
  double variance = 0;
};

// Why a launch cannot be used, in words: too few or unpaired rounds, times that are not positive and finite, or no
// spread at all.
struct LaunchReading {
  std::optional<LaunchEffect> effect;
  std::string trouble;
};
[[nodiscard]] LaunchReading read_launch(const DuetLaunch& launch, std::size_t min_rounds);

// Of a pair of processes: the log ratio of their medians, and no variance. What scatters within a process does not tell
// what processes differ by, and it may have printed a single number.
[[nodiscard]] LaunchReading read_processes(const DuetLaunch& launch);

// One of the two, as the case is timed.
[[nodiscard]] LaunchReading read_launch(const CaseFacts& facts, const DuetLaunch& launch, std::size_t min_rounds);

}  // namespace ratchet
