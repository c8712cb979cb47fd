// Judges modules that were measured together: the strongest evidence. Launch by launch, in the order of measurement, so
// that the verdict from a finished record is bit for bit the one that the live measurement stopped with.
#pragma once

#include <span>
#include <vector>

#include "ratchet/overdispersion.h"
#include "ratchet/policy.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

// Texts that the measuring host puts into DuetCase::warnings; they decide, so they have one home.
inline constexpr const char* kOnlyInBaseline = "only in the baseline";
inline constexpr const char* kOnlyInCandidate = "only in the candidate";
inline constexpr const char* kDefinitionChanged = "definition changed";

// The duets of one check: one verdict per case, in their order. A case stays undecided (CaseVerdict::decided false)
// while more launches could decide it. The error probability is shared by policy.family cases, or by those that can be
// judged here if 0. `past` is what earlier checks tell of the cases.
[[nodiscard]] std::vector<CaseVerdict> judge_duets(std::span<const Duet> duets, const Policy& policy,
                                                   const Overdispersions& past = {});
[[nodiscard]] std::vector<CaseVerdict> judge_duet(const Duet& duet, const Policy& policy,
                                                  const Overdispersions& past = {});

}  // namespace ratchet
