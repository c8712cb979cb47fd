#include "ratchet/anchored.h"

#include <functional>
#include <map>

#include "ratchet/environment.h"

namespace ratchet {

bool is_credible(const AnchoredChange& measured) {
  return measured.verdict != Verdict::Invalid && !degraded(measured.telemetry, measured.device_kind);
}

CommitOrder in_commit_order(std::span<const AnchoredChange> measured, std::span<const std::string> line) {
  std::map<std::string, std::size_t> age;
  for (std::size_t i = 0; i < line.size(); ++i) age.try_emplace(line[i], i);
  const auto comes_after = [&](const std::string& baseline, std::size_t commit_age) {
    const auto at = age.find(baseline);
    return at != age.end() && at->second < commit_age;
  };
  CommitOrder order;
  std::map<std::size_t, const AnchoredChange*, std::greater<>> newest;  // by age: the oldest commit comes first
  for (const AnchoredChange& one : measured) {
    const auto at = age.find(one.candidate.sha);
    if (one.candidate.dirty) {
      ++order.dirty;
    } else if (at == age.end() || comes_after(one.baseline, at->second)) {
      ++order.beside;
    } else {
      newest[at->second] = &one;
    }
  }
  for (const auto& [commit, one] : newest) order.changes.push_back(*one);
  return order;
}

}  // namespace ratchet
