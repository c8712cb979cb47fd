// What was decided: one verdict a case, one outcome a check. The words are those of the documents; an outcome maps to
// the process exit code and nothing else does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/ledger.h"
#include "ratchet/overdispersion.h"
#include "ratchet/policy.h"
#include "ratchet/proportion.h"
#include "ratchet/session_spread.h"
#include "ratchet/statistics.h"

namespace ratchet {

enum class Verdict {
  Held,          // proven less than the tolerance slower
  Improved,      // proven faster
  Regressed,     // proven slower
  Inconclusive,  // measured, and not enough to tell
  New,           // the baseline does not have the case
  NoBaseline,    // nothing usable to compare with
  Missing,       // the baseline has the case, the candidate does not
  Invalid,       // failed, wrong, or too good to be true
  Accepted,      // would not pass; a person let it through with a reason
  Identical      // same machine code: not measured
};

enum class Outcome { Pass, Regressed, NoVerdict, Fault };

enum class Method { None, Duet, Stored, Identical };

enum class Purpose { Check, Record, Compare };  // the command that asked for the verdict

[[nodiscard]] std::string to_string(Verdict verdict);
[[nodiscard]] std::string to_string(Outcome outcome);
[[nodiscard]] std::string to_string(Method method);
[[nodiscard]] std::string to_string(Purpose purpose);

// Inverse of to_string; each throws Error for a word that is none.
[[nodiscard]] Verdict verdict_from(const std::string& word);
[[nodiscard]] Method method_from(const std::string& word);
[[nodiscard]] Purpose purpose_from(const std::string& word);

// 0 pass, 1 regressed, 2 fault, 3 no verdict.
[[nodiscard]] int exit_code(Outcome outcome);

struct SideSummary {
  std::string commit;
  double median_ns = 0;  // median of the launch medians
  Interval ci_ns;        // exact bootstrap interval with the launch as the unit
  std::size_t launches = 0;
  std::size_t samples = 0;
  double bandwidth_gb_per_s = 0;  // algorithmic bytes / median; 0 when the bytes are unknown
};

// What the reviewed file of acceptances says of a case: let through with this reason, or not and why not.
struct Ruling {
  bool granted = false;
  std::string text;
};

struct CaseVerdict {
  std::string id;
  Verdict verdict = Verdict::Inconclusive;
  Method method = Method::None;
  std::optional<double> change;  // candidate / baseline - 1 in latency: positive is slower
  std::optional<Interval> change_ci;
  double confidence = 0.95;
  std::optional<SideSummary> baseline;
  std::optional<SideSummary> candidate;
  double tolerance = 0;       // ratio
  // Smallest slowdown, a ratio of at least the tolerance, that this case's noise lets a check find with probability
  // 1 - beta: within max_launches, or, when it was left inconclusive, with the launches it had.
  std::optional<double> mde;
  std::optional<Overdispersion> prior;  // duet: what the variance between launches was held against
  std::vector<std::string> reasons;
  std::optional<Ruling> ruling;
  double handicap_percent = 0;  // planted
  bool decided = false;         // false: more launches could still change the verdict
  std::optional<Ledger> since_baseline;  // of a regressed case, where the history is known

  // What sessions were taken to differ by, when the stored test compared.
  std::optional<SessionSpread> session_spread;
};

// What a calibration measured of the machine that checks.
struct CalibratedRate {
  std::string uuid;         // of the calibration
  std::string made_at;      // RFC 3339
  Proportion false_alarms;  // checks of identical code that failed
};

struct Unjudged {
  std::string id;
  std::string why;
};

struct CheckVerdict {
  std::string uuid;  // of the record; "" when none is kept
  Purpose purpose = Purpose::Check;
  std::string run_uuid;  // the run recorded with it; "" when there is none
  Outcome outcome = Outcome::NoVerdict;
  std::size_t expected = 0;  // cases that baseline or candidate has
  std::size_t judged = 0;    // held, improved, regressed, identical or accepted
  std::vector<Unjudged> unjudged;
  Policy policy;
  double device_seconds = 0;
  std::vector<CaseVerdict> cases;
  std::vector<std::string> reasons;  // of the outcome, beyond those of the cases
  std::optional<CalibratedRate> calibrated;
};

}  // namespace ratchet
