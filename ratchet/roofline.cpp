#include "ratchet/roofline.h"

#include <array>
#include <cstdio>
#include <vector>

#include "ratchet/statistics.h"

namespace ratchet {
namespace {

// Over the launches that tell; 0 if none does.
double usual(std::span<const Telemetry> telemetry, double Telemetry::*reading) {
  std::vector<double> values;
  for (const Telemetry& launch : telemetry)
    if (launch.*reading > 0) values.push_back(launch.*reading);
  return values.empty() ? 0 : median(values);
}

std::optional<double> share(double of, double ceiling) {
  return of > 0 && ceiling > 0 ? std::optional(of / ceiling) : std::nullopt;
}

std::string bound_of(const CaseFacts& facts, const Ceilings& ceilings) {
  if (facts.bytes == 0) return facts.flops > 0 ? "arithmetic" : "";
  const double bytes = static_cast<double>(facts.bytes);
  const double memory_s = ceilings.peak_bytes_per_s > 0 ? bytes / ceilings.peak_bytes_per_s : 0;
  const double arithmetic_s = ceilings.flops_per_s > 0 ? static_cast<double>(facts.flops) / ceilings.flops_per_s : 0;
  if (memory_s == 0 || (facts.flops > 0 && arithmetic_s == 0)) return "";
  if (arithmetic_s > memory_s) return "arithmetic";
  return facts.l2 == "warm" && facts.bytes <= ceilings.l2_bytes ? "cache" : "memory";
}

}  // namespace

Ceilings ceilings_of(const std::optional<Environment>& environment, std::span<const Telemetry> telemetry) {
  Ceilings ceilings;
  if (environment) {
    ceilings.peak_bytes_per_s = environment->device.peak_bandwidth_bytes_per_s;
    ceilings.l2_bytes = environment->device.l2_bytes;
  }
  ceilings.copy_bytes_per_s = usual(telemetry, &Telemetry::copy_bytes_per_s);
  ceilings.flops_per_s =
      usual(telemetry, &Telemetry::tensor_flops_per_cycle) * usual(telemetry, &Telemetry::sm_clock_mhz) * 1e6;
  return ceilings;
}

Rates rates_of(const CaseFacts& facts, double time_ns, const Ceilings& ceilings) {
  Rates rates;
  if (!(time_ns > 0)) return rates;
  rates.bytes_per_s = static_cast<double>(facts.bytes) / time_ns * 1e9;
  rates.flops_per_s = static_cast<double>(facts.flops) / time_ns * 1e9;
  if (facts.bytes > 0) rates.flops_per_byte = static_cast<double>(facts.flops) / static_cast<double>(facts.bytes);
  rates.of_flops = share(rates.flops_per_s, ceilings.flops_per_s);
  rates.bound = bound_of(facts, ceilings);
  if (facts.l2 == "cold") {
    rates.of_peak = share(rates.bytes_per_s, ceilings.peak_bytes_per_s);
    rates.of_copy = share(rates.bytes_per_s, ceilings.copy_bytes_per_s);
  } else if (ceilings.peak_bytes_per_s > 0 && rates.bytes_per_s > ceilings.peak_bytes_per_s) {
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(),
                  "%.0f GB/s from a warm cache, more than the memory's peak of %.0f GB/s: it says nothing about memory",
                  rates.bytes_per_s / 1e9, ceilings.peak_bytes_per_s / 1e9);
    rates.warning = text.data();
  }
  return rates;
}

// CUDA Programming Guide, arithmetic throughput; agrees with the data sheets of A100, L4, H100 and B200 at their boost
// clocks.
double tensor_flops_per_cycle(int major, int minor) {
  if (major == 8) return minor == 0 ? 2048 : 1024;
  if (major == 9) return 4096;
  if (major == 10) return 8192;
  return 0;
}

}  // namespace ratchet
