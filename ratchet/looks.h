// The looks of a check: after each launch, every case that is still open is held against the sequential test. Works on
// what launches say and knows no documents, so that a check and its calibration decide by the same lines.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ratchet/launch_effect.h"
#include "ratchet/overdispersion.h"
#include "ratchet/policy.h"
#include "ratchet/sequential.h"
#include "ratchet/verdict.h"

namespace ratchet {

// One case: its launches in the order of measurement, and what they are held against.
struct Series {
  std::vector<LaunchEffect> launches;
  double log_tolerance = 0;
  Overdispersion prior;
};

struct Decision {
  Verdict verdict = Verdict::Inconclusive;  // held, improved, regressed, or inconclusive
  std::size_t launches = 0;                 // at the newest look
  bool decided = false;                     // by a look; else the launches ended
};

struct Looks {
  std::vector<Decision> decisions;  // one a series
  double inflation = 1;             // of all priors, at the newest look
};

// A case is closed by the first look that decides it, and what it measured later takes no part, not even in what today's
// noise is for the others. When the launches end, a case that is proven not slower is held.
[[nodiscard]] Looks look_launch_by_launch(std::span<const Series> cases, const Policy& policy, std::size_t family);

// The prior of the variance between launches, given what the rounds of the first `launches` told.
[[nodiscard]] VariancePrior prior_after(const Series& series, std::size_t launches, double inflation);

[[nodiscard]] std::vector<double> log_ratios(const Series& series, std::size_t launches);

}  // namespace ratchet
