#include "ratchet/witness.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "ratchet/separation.h"

namespace ratchet {
namespace {

struct Sentinel {
  const char* name;
  double Telemetry::*time_ns;
};

constexpr std::array<Sentinel, 2> kSentinels{
    {{"copy", &Telemetry::sentinel_copy_ns}, {"fma", &Telemetry::sentinel_fma_ns}}};

// 0 stands for "not timed".
std::vector<double> times(std::span<const Telemetry> launches, const Sentinel& sentinel) {
  std::vector<double> timed;
  for (const Telemetry& launch : launches) {
    const double time_ns = launch.*sentinel.time_ns;
    if (time_ns > 0 && std::isfinite(time_ns)) timed.push_back(time_ns);
  }
  return timed;
}

// The newest reading counts; one that is missing on either side says nothing.
std::string changed_setting(std::span<const Telemetry> baseline, std::span<const Telemetry> candidate) {
  if (baseline.empty() || candidate.empty()) return "";
  const DeviceModes& before = baseline.back().modes;
  const DeviceModes& after = candidate.back().modes;
  const auto turned = [](const char* name, const std::string& from, const std::string& to) {
    return from.empty() || to.empty() || from == to ? "" : std::string(name) + " was " + from + " and is " + to;
  };
  if (std::string ecc = turned("ECC", before.ecc, after.ecc); !ecc.empty()) return ecc;
  if (std::string mig = turned("MIG", before.mig, after.mig); !mig.empty()) return mig;
  if (!(before.power_limit_w > 0 && after.power_limit_w > 0) || before.power_limit_w == after.power_limit_w) return "";
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "the power limit was %.0f W and is %.0f W", before.power_limit_w,
                after.power_limit_w);
  return text.data();
}

std::string reading(const char* name, double shift) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "the machine changed between the runs: sentinel %s %+.1f %%", name,
                100 * std::expm1(shift));
  return text.data();
}

}  // namespace

bool has_witness(std::span<const Telemetry> baseline, std::span<const Telemetry> candidate, const Policy& policy) {
  for (const Sentinel& sentinel : kSentinels) {
    if (times(baseline, sentinel).size() >= policy.min_stored_launches &&
        times(candidate, sentinel).size() >= policy.min_stored_launches)
      return true;
  }
  return false;
}

std::optional<std::string> machine_changed(std::span<const Telemetry> baseline, std::span<const Telemetry> candidate,
                                           const Policy& policy) {
  if (const std::string setting = changed_setting(baseline, candidate); !setting.empty())
    return "the machine changed between the runs: " + setting;
  const double margin = 3 * std::sqrt(2.0) * policy.session_sd;
  MedianBootstraps bootstraps;
  for (const Sentinel& sentinel : kSentinels) {
    const std::vector<double> before = times(baseline, sentinel);
    const std::vector<double> after = times(candidate, sentinel);
    if (before.size() < policy.min_stored_launches || after.size() < policy.min_stored_launches) continue;
    const Reach a = reach_of(before, policy.stored_confidence, bootstraps);
    const Reach b = reach_of(after, policy.stored_confidence, bootstraps);
    const double shift = b.log_median - a.log_median;
    if (std::abs(shift) > margin && (apart(a, b) || apart(b, a))) return reading(sentinel.name, shift);
  }
  return std::nullopt;
}

}  // namespace ratchet
