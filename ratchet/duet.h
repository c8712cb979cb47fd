// Judges two modules that were measured together: the strongest evidence. Launch by launch, in the order of
// measurement, so that the verdict from a finished record is bit for bit the one that the live measurement stopped
// with.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/policy.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

// Texts that the measuring host puts into DuetCase::warnings; they decide, so they have one home.
inline constexpr const char* kOnlyInBaseline = "only in the baseline";
inline constexpr const char* kOnlyInCandidate = "only in the candidate";
inline constexpr const char* kDefinitionChanged = "definition changed";

// What one launch says of one case: the trimmed mean over rounds of log(candidate/baseline), and its variance over
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

// One verdict per case of the duet, in its order. A case stays undecided (CaseVerdict::decided false) while more
// launches could decide it. The error probability is shared by policy.family cases, or by those that can be judged here
// if 0.
[[nodiscard]] std::vector<CaseVerdict> judge_duet(const Duet& duet, const Policy& policy);

}  // namespace ratchet
