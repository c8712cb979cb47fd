#include "src/bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "src/bench/schedule.h"

namespace ratchet::bench {

Measurement as_measurement(const DuetCase& one) {
  Measurement measurement;
  measurement.facts = one.facts;
  measurement.check = one.candidate_check;
  measurement.warnings = one.warnings;
  measurement.failures = one.failures;
  for (const DuetLaunch& launch : one.launches) {
    measurement.launches.push_back(launch.candidate_ns);
    measurement.sm_clock_mhz = launch.candidate_clock_mhz;
    measurement.energy_j = launch.energy_j;
  }
  return measurement;
}

DuetCase as_duet_case(Measurement one) {
  DuetCase single;
  single.facts = std::move(one.facts);
  for (std::vector<double>& samples : one.launches)
    single.launches.push_back({{}, std::move(samples), 0, one.sm_clock_mhz, one.energy_j});
  single.candidate_check = one.check;
  single.warnings = std::move(one.warnings);
  single.failures = std::move(one.failures);
  return single;
}

Telemetry between(const Telemetry& start, const Telemetry& end) {
  Telemetry of = end;
  of.temperature_c = std::max(start.temperature_c, end.temperature_c);
  of.energy_j = std::max(0.0, end.energy_j - start.energy_j);
  of.throttled_power_ns = std::max(0.0, end.throttled_power_ns - start.throttled_power_ns);
  of.throttled_thermal_ns = std::max(0.0, end.throttled_thermal_ns - start.throttled_thermal_ns);
  of.throttled_hardware_ns = std::max(0.0, end.throttled_hardware_ns - start.throttled_hardware_ns);
  return of;
}

std::optional<Telemetry> summary(std::span<const Telemetry> readings) {
  if (readings.empty()) return std::nullopt;
  Telemetry all = readings.front();
  std::vector<double> sm_clocks{all.sm_clock_mhz};
  std::vector<double> memory_clocks{all.memory_clock_mhz};
  for (const Telemetry& reading : readings.subspan(1)) {
    sm_clocks.push_back(reading.sm_clock_mhz);
    memory_clocks.push_back(reading.memory_clock_mhz);
    all.temperature_c = std::max(all.temperature_c, reading.temperature_c);
    all.power_w = std::max(all.power_w, reading.power_w);
    all.energy_j += reading.energy_j;
    all.throttled_power_ns += reading.throttled_power_ns;
    all.throttled_thermal_ns += reading.throttled_thermal_ns;
    all.throttled_hardware_ns += reading.throttled_hardware_ns;
    all.processes_after = std::max(all.processes_after, reading.processes_after);
  }
  all.sm_clock_mhz = median(std::move(sm_clocks));
  all.memory_clock_mhz = median(std::move(memory_clocks));
  return all;
}

std::string progress_line(const DuetCase& one) {
  if (!one.failures.empty()) {
    const Failure& failure = one.failures.front();
    return fmt::format("{}: {}{}{}: {}", one.facts.id, failure.kind, failure.side.empty() ? "" : " ", failure.side,
                       failure.message);
  }
  if (one.launches.empty()) return fmt::format("{}: {}", one.facts.id, fmt::join(one.warnings, "; "));
  const DuetLaunch& launch = one.launches.front();
  const double candidate_us = median(launch.candidate_ns) / 1000;
  if (launch.baseline_ns.empty()) return fmt::format("{}: {:.4g} us", one.facts.id, candidate_us);
  return fmt::format("{}: baseline {:.4g} us, candidate {:.4g} us", one.facts.id, median(launch.baseline_ns) / 1000,
                     candidate_us);
}

}  // namespace ratchet::bench
