#include "src/cli/past.h"

#include <set>
#include <utility>
#include <vector>

namespace ratchet::cli {
namespace {

// Days differ, and so do the machines of one model: what was seen long ago is outweighed, and its reading costs time.
constexpr std::size_t kRememberedDuets = 50;

Overdispersion learn(db::Store& store, const std::string& device_name, const CaseFacts& facts, const Policy& policy) {
  db::HistoryFilter filter;
  filter.device_name = device_name;
  filter.limit = kRememberedDuets;
  std::vector<std::vector<DuetLaunch>> past;
  const auto take = [&](std::vector<db::PastDuet> duets) {
    for (db::PastDuet& duet : duets) {
      if (duet.facts.definition == facts.definition && duet.facts.l2 == facts.l2)
        past.push_back(std::move(duet.launches));
    }
  };
  take(store.past_duets(facts.id, filter));
  take(store.calibrated_duets(facts.id, device_name));
  return overdispersion(past, policy);
}

}  // namespace

Overdispersions past_of(Context& context, const Suite& suite, const CheckPlan& plan, const Policy& policy) {
  std::set<std::string> planned;
  for (const executor::Pairing& pairing : plan.pairings) planned.insert(pairing.cases.begin(), pairing.cases.end());
  Overdispersions past;
  for (const SuiteModule& module : suite.modules) {
    for (const CaseFacts& facts : module.cases) {
      if (!planned.contains(facts.id)) continue;
      past[facts.id] = learn(context.store(db::Mode::ReadWrite), suite.environment.device.name, facts, policy);
    }
  }
  return past;
}

}  // namespace ratchet::cli
