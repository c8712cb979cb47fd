// What a check has to do, decided before anything is measured: which cases are settled already, which modules meet.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ratchet/verdict.h"
#include "src/cli/suite.h"

namespace ratchet::cli {

// Where the baseline of a case is: a module file and the commit that it was built from.
struct Standing {
  std::int64_t move = 0;  // the move of the store that set it; 0 when it was built for this check
  std::filesystem::path module;
  std::string module_hash;
  Commit commit;
};

struct CheckPlan {
  std::vector<CaseVerdict> settled;  // missing, new, no_baseline, identical: not measured
  std::vector<executor::Pairing> pairings;
};

// standings by case id: the baselines of this device. A case is identical, and not measured, when both modules are the
// same file and no handicap is planted in it, unless measure_identical. Asks nobody.
[[nodiscard]] CheckPlan plan_check(const Suite& suite, const std::map<std::string, Standing>& standings,
                                   const Commit& candidate, const executor::Settings& settings, bool measure_identical);

// Asks which of the planned cases are identical although the module files differ, and settles those; see
// src/executor/identity.h. Only on a GPU, and never a case with a planted handicap. Measures nothing and never fails: a
// case in doubt stays to be measured, and --verbose says why.
[[nodiscard]] CheckPlan settle_identical(Context& context, CheckPlan plan, const Device& device,
                                         const executor::Settings& settings);

// The recorded baselines of the suite's device, and what --case leaves of them.
[[nodiscard]] std::map<std::string, Standing> standings_of_database(Context& context, const Suite& suite);
void keep_matching(std::map<std::string, Standing>& standings, const std::vector<std::string>& globs);

// Measures with progress on stderr, until every case is decided in the light of its own past.
[[nodiscard]] executor::Judged measure_plan(Context& context, const Suite& suite, const CheckPlan& plan,
                                            const Policy& policy, const executor::Settings& settings);

// Measured and settled cases together, the candidate's acceptances applied.
[[nodiscard]] std::vector<CaseVerdict> all_verdicts(Context& context, const CheckPlan& plan,
                                                    const executor::Judged& judged, const Commit& candidate,
                                                    const std::map<std::string, Standing>& standings);

// The baselines that stood at `commit`: of each case the newest move whose commit is `commit` or before it. A baseline
// that main reached later is not the fault of a branch that does not have it. Error in a shallow clone, where nobody
// can tell what came before.
[[nodiscard]] std::map<std::string, Standing> standings_at(Context& context, const Suite& suite, const Commit& commit);

// Why the device was not fit in one of the launches; none when it was.
[[nodiscard]] std::optional<std::string> unfit(const executor::Judged& judged);

// Time inside timed intervals, both sides.
[[nodiscard]] double measured_seconds(const executor::Judged& judged);

}  // namespace ratchet::cli
