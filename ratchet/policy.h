// Every threshold that a verdict depends on, in one place, printed with each verdict. Defaults are those of method.md.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "ratchet/run.h"

namespace ratchet {

struct Policy {
  // Slowdown, as a ratio, that a user calls a regression: (case glob, tolerance); the last match wins. Without a match
  // the device decides: quiet GPUs resolve 0.5 %, shared CPUs 2 %.
  std::vector<std::pair<std::string, double>> tolerance;
  double cuda_tolerance = 0.005;
  double cpu_tolerance = 0.02;

  double alpha = 0.001;      // chance that a check of unchanged code fails, over all its judged cases
  double beta = 0.05;        // chance that a case slower by the tolerance is called held
  double confidence = 0.95;  // of the intervals shown; they are not the test

  std::size_t min_launches = 2;
  std::size_t max_launches = 40;
  std::size_t min_rounds = 11;
  std::size_t min_stored_launches = 5;  // a side, for the stored test

  // Prior of the launch variance as a multiple of the variance seen within launches, for a case without history. On an
  // H200 the ratio of the two was about 1 for shared buffers, so 1.5 is a little pessimistic; weight 6 keeps an alpha
  // of 0.001 when the truth is 8. The case's own history moves the ratio and may raise the weight up to
  // max_prior_weight (method.md).
  double overdispersion = 1.5;
  double prior_weight = 6;
  double max_prior_weight = 12;

  double session_sd = 0.0025;      // stored test: spread between sessions until the history knows better, as a ratio
  double max_tick = 0.01;          // timer tick / timed interval beyond which a case is not judged
  double implausible_speedup = 2;  // faster than this with the same definition wants a person's eyes

  // Of the bootstrap intervals that the stored test compares. At 0.95 those of 7 launches leave out the extremes, and
  // sides that are alike lie apart fifty times as often as at 0.99 (method.md).
  double stored_confidence = 0.99;

  bool strict = false;     // an inconclusive case is no pass
  std::size_t family = 0;  // cases that share alpha; 0: as many as are judged
};

// Tolerance of one case on a device kind ("cuda" or "cpu"), as a ratio. Processes differ by more than rounds, also on a
// GPU: cases that are timed by process have the tolerance of a CPU.
[[nodiscard]] double tolerance_of(const Policy& policy, const CaseFacts& facts, const std::string& device_kind);
[[nodiscard]] double tolerance_of(const Policy& policy, const std::string& case_id, const std::string& device_kind);

}  // namespace ratchet
