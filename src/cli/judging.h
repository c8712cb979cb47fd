// What check, record and compare share: the policy from options and configuration, acceptances, and the printing.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/verdict.h"
#include "src/cli/command.h"
#include "src/repository/accept_file.h"

namespace ratchet::cli {

void declare_policy(po::options_description& options);

// ratchet.json where there is one, then the options on top.
[[nodiscard]] Policy policy_from(Context& context, const po::variables_map& values);

// The sha of the commit that a case is compared with, by case id. A case that it lacks is compared with none.
using BaselineCommits = std::map<std::string, std::string>;

// Lets through what ratchet.accept.json accepts today: that of the candidate's commit, or of the work tree where that
// is the candidate. Expired, exceeded and spent entries are said.
void apply_acceptances(Context& context, const Commit& candidate, const BaselineCommits& baselines,
                       std::vector<CaseVerdict>& verdicts);

// The same with acceptances from elsewhere, on a day YYYY-MM-DD. `at` reads those of a baseline's commit; none when
// nobody can: then nothing is let through.
using AcceptancesAt = std::function<std::optional<std::vector<repository::Acceptance>>(const std::string& sha)>;
void rule(const std::vector<repository::Acceptance>& accepted, const std::string& today,
          const BaselineCommits& baselines, const AcceptancesAt& at, std::vector<CaseVerdict>& verdicts);

// Of a case that the candidate's commit accepts: why, in which commit the entry came, and who wrote that commit. What
// an entry says of its own author is not believed where git knows.
struct Audit {
  std::string reason;
  std::string actor;
};
[[nodiscard]] Audit audit_of(Context& context, const Commit& candidate, const CaseVerdict& accepted);

// Time inside timed intervals, both sides.
[[nodiscard]] double measured_seconds(const Duet& duet);

// Prints the result (text or JSON) and returns its exit code.
int conclude_and_print(Context& context, const CheckVerdict& check);

}  // namespace ratchet::cli
