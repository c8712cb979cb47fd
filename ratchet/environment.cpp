#include "ratchet/environment.h"

#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

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

std::string fingerprint(const Environment& environment) {
  std::string line;
  for (const Field& field : identity(environment)) line += (line.empty() ? "" : "|") + field.value;
  return line;
}

std::optional<std::string> degraded(std::span<const Telemetry> telemetry) {
  for (const Telemetry& launch : telemetry) {
    if (launch.throttled_thermal_ns > 0) {
      return "the device slowed down because of heat for " + number(launch.throttled_thermal_ns / 1e6, "%.0f ms") +
             " in launch " + std::to_string(launch.launch) + " (" + number(launch.temperature_c, "%.0f C") + ")";
    }
  }
  return std::nullopt;
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
