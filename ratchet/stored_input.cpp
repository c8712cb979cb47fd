#include "ratchet/stored_input.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "ratchet/summary.h"

namespace ratchet {
namespace {

// The first launch that cannot be used, in words; empty when all can.
std::string trouble_of(const Measurement& measured) {
  for (std::size_t i = 0; i < measured.launches.size(); ++i) {
    const auto& samples = measured.launches[i];
    if (samples.empty()) return "launch " + std::to_string(i) + " has no samples";
    const bool sound = std::all_of(samples.begin(), samples.end(), [](double t) { return t > 0 && std::isfinite(t); });
    if (!sound) return "launch " + std::to_string(i) + " has a time that is not positive and finite";
  }
  return {};
}

std::string shortage_of(const Measurement& measured, const Policy& policy) {
  for (std::size_t i = 0; i < measured.launches.size(); ++i) {
    const std::size_t samples = measured.launches[i].size();
    if (samples < policy.min_rounds) {
      return "launch " + std::to_string(i) + " has " + std::to_string(samples) + " samples, needs at least " +
             std::to_string(policy.min_rounds);
    }
  }
  return {};
}

// Real clocks always scatter. Without scatter nothing is known of the noise, and one number must not count as
// certainty.
bool all_equal(const Measurement& measured) {
  const double first = measured.launches.front().front();
  return std::all_of(measured.launches.begin(), measured.launches.end(), [&](const std::vector<double>& samples) {
    return std::all_of(samples.begin(), samples.end(), [&](double t) { return t == first; });
  });
}

double tick_share(const Run& run, const Measurement& measured) {
  if (!run.environment || is_by_process(measured.facts)) return 0;  // a program has a timer of its own
  return run.environment->timer_tick_ns /
         (median(launch_medians(measured.launches)) * static_cast<double>(measured.facts.batch));
}

// Why the numbers are too few, too poor or too coarse to be judged; empty when they are not.
std::string poverty_of(const StoredSides& sides, const Policy& policy) {
  const std::size_t fewest = std::min(sides.baseline.launches.size(), sides.candidate.launches.size());
  if (fewest < policy.min_stored_launches) {
    return "needs at least " + std::to_string(policy.min_stored_launches) + " launches a side, has " +
           std::to_string(fewest);
  }
  const std::array<std::pair<const Measurement&, std::string>, 2> named{
      {{sides.candidate, "the candidate: "}, {sides.baseline, "the baseline: "}}};
  for (const auto& [side, name] : named) {
    const std::string shortage = shortage_of(side, policy);
    if (!shortage.empty()) return name + shortage;
    if (all_equal(side)) return name + "all its times are equal: the timer does not resolve this case";
  }
  const double tick = tick_share(sides);
  if (tick <= policy.max_tick) return {};
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "the timer's tick is %.2g %% of the timed interval, more than %.2g %%",
                100 * tick, 100 * policy.max_tick);
  return text.data();
}

}  // namespace

std::string failure_of(const Measurement& measured) {
  if (measured.failures.empty())
    return measured.check && !measured.check->verified ? "its answer did not agree with the reference" : "";
  std::string all = measured.failures.front().message;
  for (std::size_t i = 1; i < measured.failures.size(); ++i) all += "; " + measured.failures[i].message;
  return all;
}

bool has_times(const Measurement& measured) { return !measured.launches.empty() && trouble_of(measured).empty(); }

double tick_share(const StoredSides& sides) {
  return std::max(tick_share(sides.baseline_run, sides.baseline), tick_share(sides.candidate_run, sides.candidate));
}

bool refuse(CaseVerdict& verdict, const StoredSides& sides, const Policy& policy) {
  const auto no_verdict = [&](Verdict word, const std::string& why) {
    verdict.verdict = word;
    verdict.reasons.push_back(why);
    return true;
  };
  const bool was_unavailable = is_unavailable(sides.baseline.failures);
  const bool is_now = is_unavailable(sides.candidate.failures);
  if (was_unavailable && (is_now || failure_of(sides.candidate).empty()))
    return no_verdict(Verdict::New,
                      (is_now ? "unavailable: " : "was unavailable in the baseline: ") + failure_of(sides.baseline));
  if (is_now) return no_verdict(Verdict::Missing, "unavailable: " + failure_of(sides.candidate));
  // The first that applies decides, the candidate's failure before all: nothing else that is wrong may soften it.
  const std::array<std::pair<const Measurement&, std::string>, 2> named{
      {{sides.candidate, "the candidate: "}, {sides.baseline, "the baseline: "}}};
  for (const auto& [side, name] : named) {
    const std::string failure = failure_of(side);
    if (!failure.empty())
      return no_verdict(&side == &sides.candidate ? Verdict::Invalid : Verdict::NoBaseline, name + failure);
  }
  for (const auto& [side, name] : named) {
    const std::string trouble = trouble_of(side);
    if (!trouble.empty()) return no_verdict(Verdict::Inconclusive, name + trouble);
  }
  const CaseFacts& a = sides.baseline.facts;
  const CaseFacts& b = sides.candidate.facts;
  if (!a.definition.empty() && !b.definition.empty() && a.definition != b.definition) {
    return no_verdict(Verdict::Missing,
                      "its definition changed: it is another benchmark; rename it or accept the change");
  }
  if (a.l2 != b.l2)
    return no_verdict(Verdict::Missing, "one side was measured with a cold, the other with a warm cache");
  const std::string poverty = poverty_of(sides, policy);
  return !poverty.empty() && no_verdict(Verdict::Inconclusive, poverty);
}

}  // namespace ratchet
