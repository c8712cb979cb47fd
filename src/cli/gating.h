// The two things a gate does, for the commands that do them by hand (check, record) and for the one that does either in
// a GitHub job (ci).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/cli/check_plan.h"

namespace ratchet::cli {

struct Checked {
  CheckVerdict verdict;
  std::vector<Duet> duets;  // what it was decided from
};

struct CheckRequest {
  std::map<std::string, Standing> standings;
  Commit candidate;
  Policy policy;
  executor::Settings settings;
  bool measure_identical = false;
};

// Measures the suite beside the standings and judges. Stores nothing; the verdict has a uuid already.
[[nodiscard]] Checked check_beside(Context& context, const Suite& suite, const CheckRequest& request);

// Keeps a check in the store.
void remember(Context& context, const Checked& checked, const Commit& candidate, const Environment& environment);

// Error for a dirty commit: before anything is opened or measured.
void require_clean(const Commit& commit);

// A run, a check and the moves of baselines that they justify, recorded together. `run`: measured earlier of the same
// tree and recorded already; none: it is measured now.
[[nodiscard]] Checked record_commit(Context& context, const Suite& suite, const CheckRequest& request,
                                    const std::optional<Run>& run);

// Builds REV as `config` says and takes what its modules have for the suite's kind of device. What the suite does not
// have of it is missing.
[[nodiscard]] std::map<std::string, Standing> standings_of_revision(Context& context, const Suite& suite,
                                                                    const repository::Config& config,
                                                                    const std::string& revision);

}  // namespace ratchet::cli
