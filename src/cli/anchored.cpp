#include "src/cli/anchored.h"

#include "ratchet/ledger.h"
#include "src/history/series.h"
#include "src/repository/git.h"

namespace ratchet::cli {

void add_ledgers(Context& context, const Commit& candidate, const std::string& device_name, CheckVerdict& check) {
  std::vector<std::string> line;
  for (CaseVerdict& verdict : check.cases) {
    const bool failed = verdict.verdict == Verdict::Regressed && verdict.method == Method::Duet;
    if (!failed || verdict.handicap_percent > 0) continue;
    if (line.empty()) line = repository::first_parent_history(context.root(), candidate.sha, history::kLineLimit);
    verdict.since_baseline =
        ledger_of({candidate, verdict.baseline->commit, *verdict.change, *verdict.change_ci},
                  history::credible_changes(context.store(db::Mode::ReadWrite), verdict.id, device_name), line);
  }
}

}  // namespace ratchet::cli
