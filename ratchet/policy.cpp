#include "ratchet/policy.h"

#include "ratchet/glob.h"

namespace ratchet {

double tolerance_of(const Policy& policy, const std::string& case_id, const std::string& device_kind) {
  double chosen = device_kind == "cpu" ? policy.cpu_tolerance : policy.cuda_tolerance;
  for (const auto& [glob, tolerance] : policy.tolerance) {
    if (glob_matches(glob, case_id)) chosen = tolerance;
  }
  return chosen;
}

double tolerance_of(const Policy& policy, const CaseFacts& facts, const std::string& device_kind) {
  return tolerance_of(policy, facts.id, is_by_process(facts) ? "cpu" : device_kind);
}

}  // namespace ratchet
