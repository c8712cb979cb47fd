#include "src/report/run_report.h"

#include <fmt/format.h>

#include "ratchet/environment.h"
#include "ratchet/roofline.h"
#include "ratchet/summary.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

std::string share(const std::optional<double>& of) { return of ? fmt::format("{:.0f} %", 100 * *of) : "-"; }

std::string flops(const Rates& rates) {
  return rates.flops_per_s > 0 ? fmt::format("{:.4g} GFLOP/s", rates.flops_per_s / 1e9) : "-";
}

std::string intensity(const Rates& rates) {
  return rates.flops_per_byte > 0 ? fmt::format("{:.3g}", rates.flops_per_byte) : "-";
}

std::string cycles(double time_ns, double clock_mhz) {
  return clock_mhz > 0 ? fmt::format("{:.4g} k", time_ns * clock_mhz / 1e6) : "-";
}

// Nothing for a device without known ceilings, such as a CPU.
std::string ceilings_line(const Ceilings& ceilings) {
  if (ceilings.peak_bytes_per_s <= 0) return "";
  std::string line = fmt::format("ceilings: memory {:.0f} GB/s", ceilings.peak_bytes_per_s / 1e9);
  if (ceilings.copy_bytes_per_s > 0)
    line += fmt::format(", a large copy in these launches {:.0f} GB/s", ceilings.copy_bytes_per_s / 1e9);
  if (ceilings.flops_per_s > 0)
    line += fmt::format(", FP16 tensor cores at their clock {:.0f} GFLOP/s", ceilings.flops_per_s / 1e9);
  return line + "; memory's shares are given for cold cases only\n";
}

}  // namespace

std::string run_head(const Run& run) {
  std::string text;
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<10} {}\n", name, printable(value));
  };
  line("run", run.uuid);
  line("commit", run.commit.sha + (run.commit.dirty ? " (dirty)" : ""));
  line("subject", run.commit.subject);
  line("committed", run.commit.time);
  line("started", run.started_at);
  line("tool", run.tool);
  if (run.environment) {
    const Environment& where = *run.environment;
    line("device", where.device.name + (where.device.uuid.empty() ? "" : " (" + where.device.uuid + ")"));
    line("driver", where.driver);
    line("CUDA", where.cuda_runtime);
    line("CPU", where.cpu);
    line("OS", where.os);
    line("clocks", where.clock_policy);
  }
  return text;
}

std::string run_text(const Run& run, const Paint& paint) {
  MedianBootstraps bootstraps;
  Table table({{"case"},
               {"median", Align::Right},
               {"95 % interval", Align::Right},
               {"bandwidth", Align::Right},
               {"of peak", Align::Right},
               {"of copy", Align::Right},
               {"arithmetic", Align::Right},
               {"flop/B", Align::Right},
               {"bound"},
               {"cycles", Align::Right},
               {"energy", Align::Right},
               {"answer"}});
  const Ceilings ceilings = ceilings_of(run.environment, run.telemetry);
  std::string failures;
  std::string warnings;
  const auto note = [&](const std::string& id, const std::string& text) {
    warnings += paint(Tint::Doubt, "note") + " " + printable(id) + ": " + printable(text) + "\n";
  };
  for (const Measurement& measured : run.measurements) {
    for (const Failure& failure : measured.failures)
      failures += paint(failure.kind == kUnavailable ? Tint::Doubt : Tint::Bad,
                        failure.kind == kUnavailable ? kUnavailable : "failed") +
                  " " + printable(measured.facts.id) + ": " + printable(failure.message) + "\n";
    if (measured.launches.empty()) {
      const Cell answer =
          is_unavailable(measured.failures) ? Cell{kUnavailable, Tint::Doubt} : Cell{"failed", Tint::Bad};
      table.add({{measured.facts.id}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"},
                 {"-"}, {"-"}, answer});
      continue;
    }
    const SideSummary side = summarize(measured.launches, measured.facts.bytes, "", bootstraps);
    const Rates rates = rates_of(measured.facts, side.median_ns, ceilings);
    for (const std::string& warning : measured.warnings) note(measured.facts.id, warning);
    if (rates.warning) note(measured.facts.id, *rates.warning);
    const bool verified = measured.check && measured.check->verified && measured.failures.empty();
    table.add({{measured.facts.id},
               {time(side.median_ns)},
               {time(side.ci_ns.low) + " .. " + time(side.ci_ns.high)},
               {bandwidth(side.bandwidth_gb_per_s)},
               {share(rates.of_peak)},
               {share(rates.of_copy)},
               {flops(rates)},
               {intensity(rates)},
               {rates.bound.empty() ? "-" : rates.bound},
               {cycles(side.median_ns, measured.sm_clock_mhz)},
               {energy(measured.energy_j)},
               {verified         ? "verified"
                : measured.check ? "wrong"
                                 : "unknown",
                verified ? Tint::Plain : Tint::Bad}});
  }
  if (const auto drift = drifted(run.telemetry)) note("temperature", *drift);
  std::string text = table.text(paint) + failures + warnings + ceilings_line(ceilings);
  text += fmt::format("run {} of commit {}{}, {} recorded\n", run.uuid.substr(0, 8), run.commit.sha.substr(0, 10),
                      run.commit.dirty ? " (dirty)" : "", count(run.measurements.size(), "case"));
  return text;
}

}  // namespace ratchet::report
