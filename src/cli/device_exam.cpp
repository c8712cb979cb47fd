#include "src/cli/device_exam.h"

#include <fmt/format.h>

#include <algorithm>

#include "ratchet/environment.h"

namespace ratchet::cli {
namespace {

// Of a shared CPU with a tick every millisecond, and of a GPU whose daemon looks every second, far more than is needed.
constexpr double kCoarseTickNs = 1000;
// A copy reaches 85 to 93 % of what its memory could move; a device that is far below is not what its name says.
constexpr double kPoorCopy = 0.7;
constexpr double kArithmeticSpread = 0.02;
constexpr double kCopySpread = 0.04;  // where its memory lies differs from process to process: by 2.3 % on a sound H200
constexpr double kLoadedPercent = 50;

double total(std::span<const Telemetry> launches, double Telemetry::*reading) {
  double sum = 0;
  for (const Telemetry& launch : launches) sum += launch.*reading;
  return sum;
}

Finding clocks(const Environment& environment, const Telemetry& now) {
  std::string reading = now.sm_clock_mhz > 0 ? fmt::format("{:.0f} MHz while measuring", now.sm_clock_mhz) : "not told";
  if (now.modes.highest_sm_clock_mhz > 0) reading += fmt::format(" of at most {:.0f} MHz", now.modes.highest_sm_clock_mhz);
  if (now.memory_clock_mhz > 0) reading += fmt::format(", memory {:.0f} MHz", now.memory_clock_mhz);
  return {"clocks", reading + ", policy " + environment.clock_policy,
          now.sm_clock_mhz > 0 ? Health::Good : Health::Notice};
}

Finding throttling(std::span<const Telemetry> launches) {
  for (const Telemetry& launch : launches)
    if (const auto why = throttled(launch)) return {"throttling", *why, Health::Bad};
  const double capped_ns = total(launches, &Telemetry::throttled_power_ns);
  if (capped_ns <= 0) return {"throttling", "none"};
  return {"throttling", fmt::format("by the power cap for {:.0f} ms: normal for small cards under load", capped_ns / 1e6)};
}

Finding heat(std::span<const Telemetry> launches) {
  const Telemetry& now = launches.back();
  std::string reading = fmt::format("{:.0f} C, {:.0f} W", now.temperature_c, now.power_w);
  if (now.modes.power_limit_w > 0) reading += fmt::format(" of at most {:.0f} W", now.modes.power_limit_w);
  const auto drift = drifted(launches);
  return {"temperature", drift ? reading + "; " + *drift : reading, drift ? Health::Notice : Health::Good};
}

Finding modes(const DeviceModes& modes) {
  const auto or_unknown = [](const std::string& text) { return text.empty() ? "unknown" : text; };
  std::string reading = "ECC " + or_unknown(modes.ecc) + ", MIG " + or_unknown(modes.mig) + ", compute mode " +
                        or_unknown(modes.compute_mode) + ", persistence " + or_unknown(modes.persistence);
  if (modes.persistence != "off") return {"modes", reading};
  return {"modes", reading + ": the driver starts anew for each launch; `nvidia-smi -pm 1` spares that", Health::Notice};
}

Finding others(const Telemetry& first) {
  return {"others on the device", fmt::format("{} processes, {:.0f} % busy before we began", first.processes_before,
                                              first.busy_percent),
          Health::Good};
}

Finding memory(const Environment& environment, double copy_bytes_per_s) {
  const double peak = environment.device.peak_bandwidth_bytes_per_s;
  const double share = peak > 0 ? copy_bytes_per_s / peak : 0;
  std::string reading = fmt::format("a copy moves {:.0f} GB/s", copy_bytes_per_s / 1e9);
  if (peak > 0) reading += fmt::format(", {:.0f} % of the theoretical {:.0f} GB/s", 100 * share, peak / 1e9);
  return {"memory", reading, peak > 0 && share < kPoorCopy ? Health::Notice : Health::Good};
}

Finding sentinel(const char* name, std::span<const Telemetry> launches, double Telemetry::*time_ns, double spread,
                 bool on_gpu) {
  double fastest = launches.front().*time_ns;
  double slowest = fastest;
  for (const Telemetry& launch : launches) {
    fastest = std::min(fastest, launch.*time_ns);
    slowest = std::max(slowest, launch.*time_ns);
  }
  if (!(fastest > 0)) return {name, "not timed", Health::Notice};
  const bool steady = slowest / fastest - 1 <= spread;
  return {name, fmt::format("{:.1f} .. {:.1f} us in {} launches", fastest / 1e3, slowest / 1e3, launches.size()),
          steady ? Health::Good : on_gpu ? Health::Bad : Health::Notice};
}

Finding timer(const Environment& environment) {
  const double tick_ns = environment.timer_tick_ns;
  if (!(tick_ns > 0)) return {"timer", "its tick is unknown", Health::Notice};
  return {"timer", fmt::format("ticks every {:.3g} ns", tick_ns), tick_ns > kCoarseTickNs ? Health::Notice : Health::Good};
}

void examine_gpu(std::vector<Finding>& findings, const Environment& environment, std::span<const Telemetry> launches) {
  const Telemetry& now = launches.back();
  if (!(now.temperature_c > 0))
    findings.push_back({"NVML", "tells nothing here: heat, throttling and other users cannot be seen", Health::Notice});
  findings.push_back(clocks(environment, now));
  findings.push_back(heat(launches));
  findings.push_back(throttling(launches));
  findings.push_back(modes(now.modes));
  findings.push_back(others(launches.front()));
  if (now.copy_bytes_per_s > 0) findings.push_back(memory(environment, now.copy_bytes_per_s));
  if (now.null_launch_ns > 0)
    findings.push_back({"launches", fmt::format("one that does nothing takes {:.2f} us in a graph, an interval {:.2f} us besides",
                                                now.null_launch_ns / 1e3, now.interval_overhead_ns / 1e3)});
}

void examine_cpu(std::vector<Finding>& findings, const Environment& environment, const Telemetry& now) {
  findings.push_back({"load", fmt::format("{:.0f} % of the processors over the last minute", now.busy_percent),
                      now.busy_percent > kLoadedPercent ? Health::Notice : Health::Good});
  const bool saves_power = environment.clock_policy.starts_with("governor:") &&
                           environment.clock_policy != "governor:performance";
  findings.push_back({"clocks", environment.clock_policy, saves_power ? Health::Notice : Health::Good});
}

}  // namespace

std::vector<Finding> examine_device(const Environment& environment, std::span<const Telemetry> launches) {
  std::vector<Finding> findings{timer(environment)};
  if (launches.empty()) {
    findings.push_back({"telemetry", "the measurement brought none", Health::Bad});
    return findings;
  }
  const bool on_gpu = environment.device.kind != "cpu";
  if (on_gpu) {
    examine_gpu(findings, environment, launches);
  } else {
    examine_cpu(findings, environment, launches.back());
  }
  findings.push_back(sentinel("sentinel of arithmetic", launches, &Telemetry::sentinel_fma_ns, kArithmeticSpread, on_gpu));
  findings.push_back(sentinel("sentinel of memory", launches, &Telemetry::sentinel_copy_ns, kCopySpread, on_gpu));
  if (const auto why = degraded(launches, environment.device.kind))
    findings.push_back({"fitness", *why, Health::Bad});
  return findings;
}

}  // namespace ratchet::cli
