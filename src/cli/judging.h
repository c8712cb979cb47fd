// What check, record and compare share: the policy from options and configuration, acceptances, and the printing.
#pragma once

#include <string>
#include <vector>

#include "ratchet/verdict.h"
#include "src/cli/command.h"
#include "src/repository/accept_file.h"

namespace ratchet::cli {

void declare_policy(po::options_description& options);

// ratchet.json where there is one, then the options on top.
[[nodiscard]] Policy policy_from(Context& context, const po::variables_map& values);

// Lets through what ratchet.accept.json accepts today: that of the candidate's commit, or of the work tree where that
// is the candidate. Expired and exceeded entries are said.
void apply_acceptances(Context& context, const Commit& candidate, std::vector<CaseVerdict>& verdicts);

// The same with acceptances from elsewhere, on a day YYYY-MM-DD.
void rule(const std::vector<repository::Acceptance>& accepted, const std::string& today,
          std::vector<CaseVerdict>& verdicts);

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
