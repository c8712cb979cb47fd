#include "ratchet/summary.h"

#include "ratchet/error.h"
#include "ratchet/statistics.h"

namespace ratchet {

std::vector<double> launch_medians(const std::vector<std::vector<double>>& launches) {
  if (launches.empty()) throw Error("a case without launches has no summary");
  std::vector<double> medians;
  medians.reserve(launches.size());
  for (const auto& samples : launches) medians.push_back(median(samples));
  return medians;
}

SideSummary summarize(const std::vector<std::vector<double>>& launches, std::uint64_t bytes, const std::string& commit,
                      MedianBootstraps& bootstraps) {
  const std::vector<double> medians = launch_medians(launches);
  SideSummary summary;
  summary.commit = commit;
  summary.median_ns = median(medians);
  summary.ci_ns = bootstraps.of(medians.size()).interval(medians, 0.95);
  summary.launches = launches.size();
  for (const auto& samples : launches) summary.samples += samples.size();
  summary.bandwidth_gb_per_s = bandwidth_gb_per_s(bytes, summary.median_ns);
  return summary;
}

double bandwidth_gb_per_s(std::uint64_t bytes, double time_ns) {
  return time_ns > 0 ? static_cast<double>(bytes) / time_ns : 0;  // bytes per ns are GB per s
}

}  // namespace ratchet
