#include "ratchet/launch_effect.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "ratchet/statistics.h"

namespace ratchet {

LaunchReading read_launch(const DuetLaunch& launch, std::size_t min_rounds) {
  const std::size_t rounds = launch.baseline_ns.size();
  if (rounds != launch.candidate_ns.size())
    return {std::nullopt, "baseline and candidate have unequal numbers of rounds"};
  if (rounds < min_rounds) {
    return {std::nullopt, "has " + std::to_string(rounds) + " rounds, needs at least " + std::to_string(min_rounds)};
  }
  std::vector<double> log_ratios;
  log_ratios.reserve(rounds);
  for (std::size_t i = 0; i < rounds; ++i) {
    const double log_ratio = std::log(launch.candidate_ns[i] / launch.baseline_ns[i]);
    if (!(launch.baseline_ns[i] > 0 && launch.candidate_ns[i] > 0 && std::isfinite(log_ratio))) {
      return {std::nullopt, "round " + std::to_string(i) + " has a time that is not positive and finite"};
    }
    log_ratios.push_back(log_ratio);
  }
  const TrimmedMean centre = trimmed_mean(std::move(log_ratios));
  // Real clocks always scatter. Without scatter nothing is known of the noise, and one number must not count as
  // certainty.
  if (!(centre.variance > 0))
    return {std::nullopt, "every round gave the same ratio: the timer does not resolve this case"};
  return {LaunchEffect{centre.value, centre.variance}, ""};
}

LaunchReading read_processes(const DuetLaunch& launch) {
  for (const auto* side : {&launch.baseline_ns, &launch.candidate_ns}) {
    if (side->empty()) return {std::nullopt, "one of its processes printed no number"};
    if (!std::all_of(side->begin(), side->end(), [](double time) { return time > 0 && std::isfinite(time); }))
      return {std::nullopt, "one of its processes printed a time that is not positive and finite"};
  }
  return {LaunchEffect{std::log(median(launch.candidate_ns) / median(launch.baseline_ns)), 0}, ""};
}

LaunchReading read_launch(const CaseFacts& facts, const DuetLaunch& launch, std::size_t min_rounds) {
  return is_by_process(facts) ? read_processes(launch) : read_launch(launch, min_rounds);
}

}  // namespace ratchet
