#include "src/report/expected_report.h"

#include <fmt/format.h>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

Tint tint_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::Met:
      return Tint::Good;
    case Agreement::Unclear:
    case Agreement::Missing:
      return Tint::Doubt;
    default:
      return Tint::Bad;
  }
}

std::string conclusion(const Verification& verification) {
  const Outcome outcome = outcome_of(verification);
  const std::string exit = fmt::format(" (exit {})", exit_code(outcome));
  if (verification.no_verdict) return "NO VERDICT" + exit + ": " + *verification.no_verdict;
  if (outcome == Outcome::Pass) return "REPRODUCED" + exit;
  return (outcome == Outcome::Regressed ? "NOT REPRODUCED" : "NO VERDICT") + exit;
}

}  // namespace

std::string verification_text(const Verification& verification, const Paint& paint) {
  Table table({{"case"},
               {"expected", Align::Right},
               {"measured", Align::Right},
               {"95 % interval", Align::Right},
               {"difference", Align::Right},
               {"verdict"}});
  std::string notes;
  for (const ExpectedReading& reading : verification.readings) {
    const ExpectedTime& expected = reading.expected;
    const std::string band = fmt::format("{} +-{}", time(expected.time_ns), probability(expected.tolerance));
    // Of another device nothing is judged: its numbers stand there without a word for them.
    const Cell verdict =
        verification.no_verdict ? Cell{"-"} : Cell{to_string(reading.agreement), tint_of(reading.agreement)};
    if (!reading.why.empty())
      notes += paint(Tint::Doubt, "note") + " " + printable(expected.id + ": " + reading.why) + "\n";
    if (!reading.measured) {
      table.add({{expected.id}, {band}, {"-"}, {"-"}, {"-"}, verdict});
      continue;
    }
    const SideSummary& measured = *reading.measured;
    const auto change = [&](double time_ns) { return time_ns / expected.time_ns - 1; };
    table.add({{expected.id},
               {band},
               {time(measured.median_ns)},
               {"[" + time(measured.ci_ns.low) + ", " + time(measured.ci_ns.high) + "]"},
               {percent(change(measured.median_ns)) + " " +
                interval({change(measured.ci_ns.low), change(measured.ci_ns.high)})},
               verdict});
  }
  return printable(verification.title) + "\n" + table.text(paint) + notes + printable(conclusion(verification)) + "\n";
}

}  // namespace ratchet::report
