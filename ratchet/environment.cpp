#include "ratchet/environment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

#include "ratchet/statistics.h"

namespace ratchet {
namespace {

struct Field {
  const char* name;
  std::string value;
};

// The OS release is left out: kernels of a fleet differ by patch level and do not touch device time.
std::vector<Field> identity(const Environment& e) {
  std::vector<Field> fields{{"device kind", e.device.kind},
                            {"device", e.device.name},
                            {"compute capability", e.device.compute_capability},
                            {"driver", e.driver},
                            {"CUDA runtime", e.cuda_runtime},
                            {"clock policy", e.clock_policy.empty() ? "default" : e.clock_policy}};
  if (e.device.kind == "cpu") fields.push_back({"CPU", e.cpu});
  return fields;
}

std::string shown(const std::string& value) { return value.empty() ? "unknown" : value; }

std::string number(double value, const char* format) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

// Above what a display or a monitoring daemon takes of a GPU, below what moves a median.
constexpr double kBusyPercent = 5;
// Sentinels repeat to a fraction of a percent on a quiet GPU. One launch this far from the others ran on another
// device.
constexpr double kSentinelRange = 0.10;
constexpr std::size_t kFewestForRange = 3;

std::string processes(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " other process" : " other processes");
}

std::optional<std::string> busy(const Telemetry& launch) {
  const std::string where = " launch " + std::to_string(launch.launch);
  if (launch.busy_percent > kBusyPercent)
    return "the device was " + number(launch.busy_percent, "%.0f %%") + " busy with " +
           processes(launch.processes_before) + " before" + where;
  if (launch.processes_after > launch.processes_before)
    return processes(launch.processes_after - launch.processes_before) + " began to use the device during" + where;
  return std::nullopt;
}

// The median over the launches that have the reading; 0 without any.
double typical(std::span<const Telemetry> telemetry, double Telemetry::*reading) {
  std::vector<double> values;
  for (const Telemetry& launch : telemetry)
    if (launch.*reading > 0) values.push_back(launch.*reading);
  return values.empty() ? 0 : median(values);
}

// Power-capped cards run all their launches at the clock that the cap allows: launches are compared with each other.
std::optional<std::string> sentinel_out_of_range(std::span<const Telemetry> telemetry, double Telemetry::*sentinel,
                                                 const char* what) {
  if (telemetry.size() < kFewestForRange) return std::nullopt;
  const double usual = typical(telemetry, sentinel);
  for (const Telemetry& launch : telemetry) {
    const double ratio = launch.*sentinel / usual;
    if (!(launch.*sentinel > 0) || std::abs(std::log(ratio)) <= std::log1p(kSentinelRange)) continue;
    return std::string("the device was not itself in launch ") + std::to_string(launch.launch) + ": its sentinel of " +
           what + " took " + number(100 * (ratio - 1), "%+.0f %%") + " against the other launches";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> incomparable(const std::optional<Environment>& a, const std::optional<Environment>& b) {
  if (!a || !b) return "the environment of one side is unknown";
  const auto left = identity(*a);
  const auto right = identity(*b);
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (left[i].value != right[i].value) {
      return std::string(left[i].name) + " differs: " + shown(left[i].value) + " against " + shown(right[i].value);
    }
  }
  return std::nullopt;
}

std::vector<std::string> differences(const Environment& before, const Environment& after) {
  std::vector<std::string> found;
  const auto left = identity(before);
  const auto right = identity(after);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string name = i < right.size() ? right[i].name : left[i].name;
    const std::string was = i < left.size() ? left[i].value : "";
    const std::string is = i < right.size() ? right[i].value : "";
    if (was != is) found.push_back(name + " " + shown(was) + " -> " + shown(is));
  }
  return found;
}

std::string fingerprint(const Environment& environment) {
  std::string line;
  for (const Field& field : identity(environment)) line += (line.empty() ? "" : "|") + field.value;
  return line;
}

std::optional<std::string> throttled(const Telemetry& launch) {
  const bool by_heat = launch.throttled_thermal_ns > 0;
  if (!by_heat && !(launch.throttled_hardware_ns > 0)) return std::nullopt;
  const double lost_ns = by_heat ? launch.throttled_thermal_ns : launch.throttled_hardware_ns;
  return std::string("the device slowed down because of ") + (by_heat ? "heat" : "its power brake") + " for " +
         number(lost_ns / 1e6, "%.0f ms") + " in launch " + std::to_string(launch.launch) + " (" +
         number(launch.temperature_c, "%.0f C") + ")";
}

std::optional<std::string> drifted(std::span<const Telemetry> telemetry) {
  std::vector<double> readings;
  for (const Telemetry& launch : telemetry)
    if (launch.temperature_c > 0) readings.push_back(launch.temperature_c);
  if (readings.empty()) return std::nullopt;
  const auto [coolest, hottest] = std::minmax_element(readings.begin(), readings.end());
  if (*hottest - *coolest <= kSteadyTemperatureC) return std::nullopt;
  return "the device went from " + number(readings.front(), "%.0f C") + " to " + number(readings.back(), "%.0f C") +
         " (" + number(*coolest, "%.0f") + " .. " + number(*hottest, "%.0f C") + ") during the launches";
}

std::string_view kind_of(const std::optional<Environment>& environment) {
  return environment ? std::string_view(environment->device.kind) : "cuda";
}

std::optional<std::string> degraded(std::span<const Telemetry> telemetry, std::string_view device_kind) {
  for (const Telemetry& launch : telemetry) {
    if (auto why = throttled(launch)) return why;
  }
  // A shared CPU is never alone and its sentinels wander; its wider tolerance is meant for that.
  if (device_kind == "cpu") return std::nullopt;
  for (const Telemetry& launch : telemetry) {
    if (auto why = busy(launch)) return why;
  }
  if (auto why = sentinel_out_of_range(telemetry, &Telemetry::sentinel_fma_ns, "arithmetic")) return why;
  return sentinel_out_of_range(telemetry, &Telemetry::sentinel_copy_ns, "memory");
}

std::optional<std::string> impossible(const CaseFacts& facts, double median_ns, const Environment& environment) {
  const Device& device = environment.device;
  const double bytes = static_cast<double>(facts.bytes);
  // A working set of several caches cannot stay in them; below that a warm cache may honestly beat the memory.
  const bool from_memory = facts.l2 == "cold" || bytes > 8 * static_cast<double>(device.l2_bytes);
  if (device.peak_bandwidth_bytes_per_s <= 0 || facts.bytes == 0 || device.l2_bytes == 0 || !from_memory)
    return std::nullopt;
  const double rate = bytes / (median_ns * 1e-9);
  if (rate <= 1.02 * device.peak_bandwidth_bytes_per_s) return std::nullopt;
  return "moves " + number(rate / 1e9, "%.0f GB/s") + ", more than the device's peak of " +
         number(device.peak_bandwidth_bytes_per_s / 1e9, "%.0f GB/s");
}

}  // namespace ratchet
