#include "ratchet/replay.h"

#include <map>
#include <vector>

#include "ratchet/duet.h"
#include "ratchet/gate.h"

namespace ratchet {

CheckVerdict rejudge(const CheckVerdict& recorded, std::span<const Duet> duets, double device_seconds,
                     const std::optional<std::string>& degraded) {
  Overdispersions past;
  std::map<std::string, Ruling> rulings;
  std::map<std::string, Ledger> ledgers;  // of other verdicts: taken over, like the priors
  for (const CaseVerdict& verdict : recorded.cases) {
    if (verdict.prior) past[verdict.id] = *verdict.prior;
    if (verdict.ruling) rulings[verdict.id] = *verdict.ruling;
    if (verdict.since_baseline) ledgers[verdict.id] = *verdict.since_baseline;
  }
  std::vector<CaseVerdict> cases = judge_duets(duets, recorded.policy, past);
  std::map<std::string, bool> measured;
  for (CaseVerdict& verdict : cases) {
    measured[verdict.id] = true;
    if (const auto ruling = rulings.find(verdict.id); ruling != rulings.end()) apply(ruling->second, verdict);
    if (const auto ledger = ledgers.find(verdict.id); ledger != ledgers.end()) verdict.since_baseline = ledger->second;
  }
  for (const CaseVerdict& verdict : recorded.cases) {
    if (!measured.contains(verdict.id)) cases.push_back(verdict);
  }
  CheckVerdict check = conclude(std::move(cases), recorded.policy,
                                {recorded.purpose, device_seconds, degraded, recorded.calibrated});
  check.uuid = recorded.uuid;
  check.run_uuid = recorded.run_uuid;
  return check;
}

}  // namespace ratchet
