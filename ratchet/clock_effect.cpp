#include "ratchet/clock_effect.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "ratchet/statistics.h"

namespace ratchet {

std::optional<std::string> clock_effect(std::span<const DuetLaunch> launches, std::span<const double> log_ratios,
                                        VariancePrior prior, double log_tolerance, double beta) {
  std::vector<double> cycles;
  std::vector<double> clocks;
  for (std::size_t i = 0; i < log_ratios.size(); ++i) {
    if (!(launches[i].baseline_clock_mhz > 0 && launches[i].candidate_clock_mhz > 0)) return std::nullopt;
    clocks.push_back(std::log(launches[i].candidate_clock_mhz / launches[i].baseline_clock_mhz));
    cycles.push_back(log_ratios[i] + clocks.back());
  }
  if (cycles.empty()) return std::nullopt;
  const bool slower = mean(log_ratios) > 0;
  if ((mean(clocks) < 0) != slower) return std::nullopt;
  const Evidence evidence = weigh(cycles, prior, log_tolerance);
  if ((slower ? evidence.against_slow : evidence.against_fast) < -std::log(beta)) return std::nullopt;
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(),
                "a clock effect: %+.2f %% in time, %+.2f %% in cycles, since the candidate ran at a %+.2f %% clock",
                100 * std::expm1(mean(log_ratios)), 100 * std::expm1(mean(cycles)), 100 * std::expm1(mean(clocks)));
  return text.data();
}

}  // namespace ratchet
