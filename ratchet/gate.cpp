#include "ratchet/gate.h"

#include <algorithm>

#include "ratchet/calibration.h"

namespace ratchet {
namespace {

bool is_judged(Verdict verdict) {
  switch (verdict) {
    case Verdict::Held:
    case Verdict::Improved:
    case Verdict::Regressed:
    case Verdict::Accepted:
    case Verdict::Identical:
      return true;
    case Verdict::Inconclusive:
    case Verdict::New:
    case Verdict::NoBaseline:
    case Verdict::Missing:
    case Verdict::Invalid:
      return false;
  }
  return false;
}

bool any(const std::vector<CaseVerdict>& cases, Verdict word) {
  return std::any_of(cases.begin(), cases.end(), [&](const CaseVerdict& c) { return c.verdict == word; });
}

std::string why(const CaseVerdict& verdict) {
  return verdict.reasons.empty() ? to_string(verdict.verdict) : verdict.reasons.front();
}

// A device that slowed down may have slowed one side more than the other: its numbers are shown, not judged.
void withdraw(std::vector<CaseVerdict>& cases, const std::string& reading) {
  for (CaseVerdict& verdict : cases) {
    if (verdict.method != Method::Duet && verdict.method != Method::Stored) continue;
    if (!is_judged(verdict.verdict)) continue;
    verdict.verdict = Verdict::Inconclusive;
    verdict.reasons.insert(verdict.reasons.begin(), reading);
  }
}

bool may_be_let_through(const CaseVerdict& verdict) {
  const bool implausible = verdict.verdict == Verdict::Invalid && verdict.change.has_value();
  return verdict.verdict == Verdict::Regressed || verdict.verdict == Verdict::Missing || implausible;
}

bool only_sets(const CheckVerdict& check) {
  return check.purpose == Purpose::Record && !check.cases.empty() &&
         std::all_of(check.cases.begin(), check.cases.end(),
                     [](const CaseVerdict& c) { return c.verdict == Verdict::New; });
}

Outcome outcome_of(const CheckVerdict& check, bool fit, bool trusted) {
  const bool regressed = any(check.cases, Verdict::Regressed);
  if (regressed && trusted) return Outcome::Regressed;
  if (any(check.cases, Verdict::Invalid)) return Outcome::Fault;
  if (regressed) return Outcome::NoVerdict;
  if (any(check.cases, Verdict::Missing) || any(check.cases, Verdict::NoBaseline)) return Outcome::NoVerdict;
  if (check.policy.strict && any(check.cases, Verdict::Inconclusive)) return Outcome::NoVerdict;
  return fit && (check.judged > 0 || only_sets(check)) ? Outcome::Pass : Outcome::NoVerdict;
}

}  // namespace

bool let_through(CaseVerdict& verdict, const std::string& reason) {
  if (!may_be_let_through(verdict)) return false;
  verdict.reasons.insert(verdict.reasons.begin(), "was " + to_string(verdict.verdict) + "; accepted: " + reason);
  verdict.verdict = Verdict::Accepted;
  return true;
}

void apply(const Ruling& ruling, CaseVerdict& verdict) {
  verdict.ruling = ruling;
  if (ruling.granted) {
    let_through(verdict, ruling.text);
  } else if (may_be_let_through(verdict)) {
    verdict.reasons.push_back(ruling.text);
  }
}

CheckVerdict conclude(std::vector<CaseVerdict> cases, const Policy& policy, const Circumstances& circumstances) {
  const auto& degraded = circumstances.degraded;
  if (degraded) withdraw(cases, *degraded);
  CheckVerdict check;
  check.purpose = circumstances.purpose;
  check.policy = policy;
  check.device_seconds = circumstances.device_seconds;
  check.calibrated = circumstances.calibrated;
  check.expected = cases.size();
  for (const CaseVerdict& verdict : cases) {
    if (is_judged(verdict.verdict)) {
      ++check.judged;
    } else {
      check.unjudged.push_back({verdict.id, why(verdict)});
    }
  }
  check.cases = std::move(cases);
  if (degraded) check.reasons.push_back(*degraded);
  const auto distrust = check.calibrated ? untrustworthy(*check.calibrated, policy) : std::nullopt;
  if (distrust) check.reasons.push_back(*distrust);
  check.outcome = outcome_of(check, !degraded, !distrust);
  if (check.judged == 0 && !only_sets(check)) check.reasons.push_back("no case was judged");
  return check;
}

}  // namespace ratchet
