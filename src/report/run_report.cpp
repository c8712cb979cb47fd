#include "src/report/run_report.h"

#include <fmt/format.h>

#include "ratchet/summary.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

std::string flops(const CaseFacts& facts, double time_ns) {
  return facts.flops > 0 ? fmt::format("{:.4g} GFLOP/s", static_cast<double>(facts.flops) / time_ns) : "-";
}

}  // namespace

std::string run_text(const Run& run, const Paint& paint) {
  MedianBootstraps bootstraps;
  Table table({{"case"},
               {"median", Align::Right},
               {"95 % interval", Align::Right},
               {"bandwidth", Align::Right},
               {"arithmetic", Align::Right},
               {"answer"}});
  std::string failures;
  for (const Measurement& measured : run.measurements) {
    for (const Failure& failure : measured.failures)
      failures += paint(failure.kind == kUnavailable ? Tint::Doubt : Tint::Bad,
                        failure.kind == kUnavailable ? kUnavailable : "failed") +
                  " " + printable(measured.facts.id) + ": " + printable(failure.message) + "\n";
    if (measured.launches.empty()) {
      const Cell answer =
          is_unavailable(measured.failures) ? Cell{kUnavailable, Tint::Doubt} : Cell{"failed", Tint::Bad};
      table.add({{measured.facts.id}, {"-"}, {"-"}, {"-"}, {"-"}, answer});
      continue;
    }
    const SideSummary side = summarize(measured.launches, measured.facts.bytes, "", bootstraps);
    const bool verified = measured.check && measured.check->verified && measured.failures.empty();
    table.add({{measured.facts.id},
               {time(side.median_ns)},
               {time(side.ci_ns.low) + " .. " + time(side.ci_ns.high)},
               {bandwidth(side.bandwidth_gb_per_s)},
               {flops(measured.facts, side.median_ns)},
               {verified         ? "verified"
                : measured.check ? "wrong"
                                 : "unknown",
                verified ? Tint::Plain : Tint::Bad}});
  }
  std::string text = table.text(paint) + failures;
  text += fmt::format("run {} of commit {}{}, {} recorded\n", run.uuid.substr(0, 8), run.commit.sha.substr(0, 10),
                      run.commit.dirty ? " (dirty)" : "", count(run.measurements.size(), "case"));
  return text;
}

}  // namespace ratchet::report
