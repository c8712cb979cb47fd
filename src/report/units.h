// Numbers as people read them. The only place that scales units: everywhere else times are ns and changes are ratios.
#pragma once

#include <string>

#include "ratchet/statistics.h"

namespace ratchet::report {

[[nodiscard]] std::string time(double time_ns);              // "47.91 us": four digits, the unit that fits
[[nodiscard]] std::string percent(double ratio);             // "+1.83 %", "-0.02 %"; two decimals, three below 0.1 %
[[nodiscard]] std::string interval(const Interval& ratios);  // "[+1.71, +1.95] %"
[[nodiscard]] std::string bandwidth(double gb_per_s);        // "312.4 GB/s", "-" when unknown
[[nodiscard]] std::string energy(double energy_j);           // "12.34 mJ", "-" when unknown
[[nodiscard]] std::string memory(double memory_bytes);       // "64 MiB"
[[nodiscard]] std::string count(std::size_t n, const std::string& noun);  // "1 case", "12 launches"
[[nodiscard]] std::string probability(double p);                          // "0.1 %", "5 %"

}  // namespace ratchet::report
