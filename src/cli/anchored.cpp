#include "src/cli/anchored.h"

#include "ratchet/ledger.h"
#include "src/repository/git.h"

namespace ratchet::cli {

std::vector<AnchoredChange> credible_changes(db::Store& store, const std::string& case_id,
                                             const std::string& device_name) {
  std::vector<AnchoredChange> changes = store.anchored_changes(case_id, device_name);
  std::erase_if(changes, [](const AnchoredChange& one) { return !is_credible(one); });
  return changes;
}

void add_ledgers(Context& context, const Commit& candidate, const std::string& device_name, CheckVerdict& check) {
  std::vector<std::string> line;
  for (CaseVerdict& verdict : check.cases) {
    const bool failed = verdict.verdict == Verdict::Regressed && verdict.method == Method::Duet;
    if (!failed || verdict.handicap_percent > 0) continue;
    if (line.empty()) line = repository::first_parent_history(context.root(), candidate.sha, kHistoryLimit);
    verdict.since_baseline =
        ledger_of({candidate, verdict.baseline->commit, *verdict.change, *verdict.change_ci},
                  credible_changes(context.store(db::Mode::ReadWrite), verdict.id, device_name), line);
  }
}

}  // namespace ratchet::cli
