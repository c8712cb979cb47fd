// A check judged from launch effects that are drawn when they are first looked at: what a hundred thousand checks of a
// simulation need, by the very lines that a real check is judged by.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "ratchet/looks.h"

namespace ratchet {

// The launches of a check: one check can be judged by several policies.
class EffectRecord {
 public:
  using Draw = std::function<LaunchEffect(std::size_t which, std::size_t launch)>;

  EffectRecord(std::size_t cases, Draw draw) : draw_(std::move(draw)), effects_(cases) {}

  [[nodiscard]] std::size_t size() const { return effects_.size(); }
  [[nodiscard]] const LaunchEffect& effect(std::size_t which, std::size_t launch) {
    while (effects_[which].size() <= launch) effects_[which].push_back(draw_(which, effects_[which].size()));
    return effects_[which][launch];
  }

 private:
  Draw draw_;
  std::vector<std::vector<LaunchEffect>> effects_;
};

// The cases share policy.family, and each has its own `believed`.
class EffectCheck {
 public:
  EffectCheck(EffectRecord& record, std::span<const Overdispersion> believed, double tolerance, const Policy& policy)
      : record_(record), policy_(policy) {
    for (const Overdispersion& prior : believed) cases_.push_back({{}, std::log1p(tolerance), prior});
  }

  [[nodiscard]] std::vector<Decision> judge() {
    Looks looks(cases_, policy_, policy_.family);
    for (std::size_t launch = 0; looks.any_open(); ++launch) {
      for (std::size_t i = 0; i < record_.size(); ++i) {
        if (looks.is_open(i)) looks.add(i, record_.effect(i, launch));
      }
      looks.look();
    }
    return looks.decisions();
  }

 private:
  EffectRecord& record_;
  std::vector<Series> cases_;
  Policy policy_;
};

}  // namespace ratchet
