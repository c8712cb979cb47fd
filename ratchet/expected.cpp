#include "ratchet/expected.h"

#include <algorithm>

#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "ratchet/policy.h"
#include "ratchet/summary.h"

namespace ratchet {
namespace {

std::optional<std::string> elsewhere(const Run& run, const ExpectedTable& table) {
  if (!run.environment) return "the run does not say on which device it was measured";
  const Device& device = run.environment->device;
  if (device.kind != table.device_kind || device.name != table.device_name)
    return "the table is of \"" + table.device_name + "\", the run of \"" + device.name + "\"";
  return degraded(run.telemetry, device.kind);
}

Agreement agreement_of(const SideSummary& measured, const ExpectedTime& expected) {
  const double low = expected.time_ns * (1 - expected.tolerance);
  const double high = expected.time_ns * (1 + expected.tolerance);
  if (measured.ci_ns.low > high) return Agreement::Slower;
  if (measured.ci_ns.high < low) return Agreement::Faster;
  return measured.ci_ns.low >= low && measured.ci_ns.high <= high ? Agreement::Met : Agreement::Unclear;
}

void judge(ExpectedReading& reading, const Measurement& measured, MedianBootstraps& bootstraps) {
  if (!measured.failures.empty() || (measured.check && !measured.check->verified)) {
    reading.agreement = Agreement::Failed;
    reading.why =
        measured.failures.empty() ? "its answer did not agree with its reference" : measured.failures.front().message;
    return;
  }
  if (measured.launches.empty()) {
    reading.why = "was not measured: " + (measured.warnings.empty() ? "no reason given" : measured.warnings.front());
    return;
  }
  reading.measured = summarize(measured.launches, measured.facts.bytes, "", bootstraps);
  reading.agreement = agreement_of(*reading.measured, reading.expected);
  const std::size_t fewest = Policy{}.min_stored_launches;
  if (reading.measured->launches < fewest) {
    reading.agreement = Agreement::Unclear;
    reading.why = std::to_string(reading.measured->launches) + " of at least " + std::to_string(fewest) + " launches";
  } else if (reading.agreement == Agreement::Unclear) {
    reading.why = "its interval crosses the end of the tolerance";
  }
}

}  // namespace

std::string to_string(Agreement agreement) {
  switch (agreement) {
    case Agreement::Met:
      return "met";
    case Agreement::Slower:
      return "slower";
    case Agreement::Faster:
      return "faster";
    case Agreement::Unclear:
      return "unclear";
    case Agreement::Failed:
      return "failed";
    case Agreement::Missing:
      return "missing";
  }
  throw Error("an agreement without a word");
}

Verification verify_run(const Run& run, const ExpectedTable& table) {
  Verification verification{table.title, elsewhere(run, table), {}};
  MedianBootstraps bootstraps;
  for (const ExpectedTime& expected : table.times) {
    ExpectedReading& reading = verification.readings.emplace_back();
    reading.expected = expected;
    const auto measured = std::find_if(run.measurements.begin(), run.measurements.end(),
                                       [&](const Measurement& one) { return one.facts.id == expected.id; });
    if (measured == run.measurements.end()) {
      reading.why = "the run does not have the case";
    } else {
      judge(reading, *measured, bootstraps);
    }
  }
  return verification;
}

Outcome outcome_of(const Verification& verification) {
  if (verification.no_verdict || verification.readings.empty()) return Outcome::NoVerdict;
  const auto any = [&](auto... agreements) {
    return std::any_of(verification.readings.begin(), verification.readings.end(),
                       [&](const ExpectedReading& reading) { return ((reading.agreement == agreements) || ...); });
  };
  if (any(Agreement::Slower, Agreement::Faster, Agreement::Failed)) return Outcome::Regressed;
  if (any(Agreement::Unclear, Agreement::Missing)) return Outcome::NoVerdict;
  return Outcome::Pass;
}

}  // namespace ratchet
