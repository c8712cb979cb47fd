#include "src/report/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ratchet::report {
namespace {

struct Scale {
  double factor;
  const char* unit;
};

// Four significant digits without an exponent.
std::string four_digits(double value) {
  const int before = value > 0 ? static_cast<int>(std::floor(std::log10(value))) + 1 : 1;
  return fmt::format("{:.{}f}", value, std::clamp(4 - before, 0, 3));
}

// In the largest unit that leaves at least 1; in the first one below that.
template <std::size_t n>
std::string scaled(double value, const std::array<Scale, n>& scales) {
  Scale chosen = scales.front();
  for (const Scale& scale : scales) {
    if (value >= scale.factor) chosen = scale;
  }
  return four_digits(value / chosen.factor) + " " + chosen.unit;
}

int decimals(double ratio) { return std::abs(ratio) < 0.001 ? 3 : 2; }

}  // namespace

std::string time(double time_ns) {
  return scaled(time_ns, std::array<Scale, 4>{{{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}}});
}

std::string energy(double energy_j) {
  if (energy_j <= 0) return "-";
  return scaled(energy_j, std::array<Scale, 4>{{{1e-9, "nJ"}, {1e-6, "uJ"}, {1e-3, "mJ"}, {1, "J"}}});
}

std::string memory(double memory_bytes) {
  return scaled(memory_bytes, std::array<Scale, 4>{{{1, "B"}, {0x1p10, "KiB"}, {0x1p20, "MiB"}, {0x1p30, "GiB"}}});
}

std::string percent(double ratio) { return fmt::format("{:+.{}f} %", 100 * ratio, decimals(ratio)); }

std::string interval(const Interval& ratios) {
  const int digits = std::max(decimals(ratios.low), decimals(ratios.high));
  return fmt::format("[{:+.{}f}, {:+.{}f}] %", 100 * ratios.low, digits, 100 * ratios.high, digits);
}

std::string bandwidth(double gb_per_s) { return gb_per_s > 0 ? four_digits(gb_per_s) + " GB/s" : "-"; }

std::string count(std::size_t n, const std::string& noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : (noun.ends_with("ch") ? "es" : "s"));
}

std::string probability(double p) { return fmt::format("{:.3g} %", 100 * p); }

}  // namespace ratchet::report
