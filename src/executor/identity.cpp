#include "src/executor/identity.h"

#include <algorithm>

#include "ratchet/error.h"
#include "src/executor/interrupt.h"

namespace ratchet::executor {
namespace {

// Without one kernel in common nothing need be asked of the device.
bool share_code(const DeviceCode& baseline, const DeviceCode& candidate) {
  return std::any_of(candidate.begin(), candidate.end(), [&](const Cubin& here) {
    return std::any_of(baseline.begin(), baseline.end(), [&](const Cubin& there) { return there.hash == here.hash; });
  });
}

}  // namespace

Identity::Identity(Bench& bench, std::string capability, double case_timeout_s, OnDoubt on_doubt)
    : bench_(bench),
      capability_(std::move(capability)),
      case_timeout_s_(case_timeout_s),
      on_doubt_(std::move(on_doubt)) {}

std::set<std::string> Identity::identical(const std::filesystem::path& baseline, const std::filesystem::path& candidate,
                                          const std::vector<std::string>& cases) {
  try {
    return ask(baseline, candidate, cases);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& fault) {  // an Error, or of the file system
    doubt(std::string("all cases are measured: ") + fault.what());
    return {};
  }
}

std::set<std::string> Identity::ask(const std::filesystem::path& baseline, const std::filesystem::path& candidate,
                                    const std::vector<std::string>& cases) {
  const DeviceCode& there = code(baseline);
  const DeviceCode& here = code(candidate);
  if (!share_code(there, here)) {
    doubt("all cases are measured: no machine code of the modules is the same");
    return {};
  }
  std::set<std::string> identical;
  for (const documents::CallComparison& call :
       bench_.compare_calls({baseline, candidate, cases, case_timeout_s_}).cases) {
    std::optional<std::string> why;
    if (!call.same || call.kernels.empty()) why = call.why;
    for (const std::string& kernel : call.kernels)
      if (!why) why = code_doubt(there, here, kernel, capability_);
    if (why)
      doubt(call.id + " is measured: " + *why);
    else
      identical.insert(call.id);
  }
  return identical;
}

const DeviceCode& Identity::code(const std::filesystem::path& module) {
  const auto known = codes_.find(module);
  return known != codes_.end() ? known->second : codes_.emplace(module, bench_.device_code(module)).first->second;
}

void Identity::doubt(const std::string& why) {
  if (said_.insert(why).second) on_doubt_(why);
}

}  // namespace ratchet::executor
