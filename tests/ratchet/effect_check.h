// A check judged from launch effects alone: the looks of judge_duets without the rounds, the summaries and the words,
// so that a hundred thousand checks take seconds. A copy of the rule is worth only as much as the proof that it is the
// rule: rates_shortcut_test.cpp compares the two.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "ratchet/launch_effect.h"
#include "ratchet/overdispersion.h"
#include "ratchet/policy.h"
#include "ratchet/sequential.h"
#include "ratchet/statistics.h"
#include "ratchet/verdict.h"

namespace ratchet {

// The launches of a check, drawn when they are first looked at: one check can be judged by several policies.
class EffectRecord {
 public:
  using Draw = std::function<LaunchEffect(std::size_t which, std::size_t launch)>;

  EffectRecord(std::size_t cases, Draw draw) : draw_(std::move(draw)), log_ratios_(cases), variances_(cases) {}

  [[nodiscard]] std::size_t size() const { return log_ratios_.size(); }

  void reach(std::size_t which, std::size_t launches) {
    while (log_ratios_[which].size() < launches) {
      const LaunchEffect effect = draw_(which, log_ratios_[which].size());
      log_ratios_[which].push_back(effect.log_ratio);
      variances_[which].push_back(effect.variance);
    }
  }
  [[nodiscard]] std::span<const double> log_ratios(std::size_t which, std::size_t launches) const {
    return std::span(log_ratios_[which]).first(launches);
  }
  [[nodiscard]] double told_variance(std::size_t which, std::size_t launches) const {
    return mean(std::span(variances_[which]).first(launches));
  }

 private:
  Draw draw_;
  std::vector<std::vector<double>> log_ratios_;
  std::vector<std::vector<double>> variances_;
};

struct EffectVerdict {
  Verdict verdict = Verdict::Inconclusive;
  std::size_t launches = 0;
  bool not_slower = false;
  bool not_faster = false;
  bool open = true;
};

// The cases share policy.family, and each has its own `believed`.
class EffectCheck {
 public:
  EffectCheck(EffectRecord& record, std::span<const Overdispersion> believed, double tolerance, const Policy& policy)
      : record_(record), believed_(believed), log_tolerance_(std::log1p(tolerance)), policy_(policy) {}

  [[nodiscard]] std::vector<EffectVerdict> judge() {
    std::vector<EffectVerdict> verdicts(record_.size());
    for (std::size_t launches = 1; launches <= policy_.max_launches; ++launches) {
      bool any = false;
      for (std::size_t i = 0; i < verdicts.size(); ++i) {
        if (!verdicts[i].open) continue;
        record_.reach(i, launches);
        verdicts[i].launches = launches;
        any = true;
      }
      if (!any) break;
      if (launches < policy_.min_launches) continue;
      const double inflation = inflation_of(verdicts);
      for (std::size_t i = 0; i < verdicts.size(); ++i) {
        if (verdicts[i].open) look(i, verdicts[i], inflation);
      }
    }
    for (EffectVerdict& one : verdicts) {
      if (one.open && one.not_slower) one.verdict = Verdict::Held;
    }
    return verdicts;
  }

 private:
  [[nodiscard]] double inflation_of(const std::vector<EffectVerdict>& verdicts) const {
    std::vector<Scatter> scatters;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const std::size_t launches = verdicts[i].launches;
      if (launches < 2) continue;
      scatters.push_back({launches, squares_around_mean(record_.log_ratios(i, launches)),
                          believed_[i].ratio * record_.told_variance(i, launches)});
    }
    return inflation_today(scatters);
  }

  void look(std::size_t i, EffectVerdict& one, double inflation) const {
    const VariancePrior prior{believed_[i].ratio * inflation * record_.told_variance(i, one.launches),
                              believed_[i].weight};
    const Evidence evidence = weigh(record_.log_ratios(i, one.launches), prior, log_tolerance_);
    const double proof = std::log(static_cast<double>(policy_.family) / policy_.alpha);
    const double doubt_gone = -std::log(policy_.beta);
    const bool tolerable = evidence.against_slow >= doubt_gone;
    one.not_slower = one.not_slower || tolerable;
    one.not_faster = one.not_faster || evidence.against_fast >= doubt_gone;
    one.open = false;
    if (evidence.slower >= proof && !tolerable) {
      one.verdict = Verdict::Regressed;
    } else if (evidence.faster >= proof) {
      one.verdict = Verdict::Improved;
    } else if (one.not_slower && one.not_faster) {
      one.verdict = Verdict::Held;
    } else {
      one.open = true;
    }
  }

  EffectRecord& record_;
  std::span<const Overdispersion> believed_;
  double log_tolerance_;
  Policy policy_;
};

}  // namespace ratchet
