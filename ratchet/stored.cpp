#include "ratchet/stored.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "ratchet/environment.h"
#include "ratchet/summary.h"

namespace ratchet {
namespace {

const Measurement* find(const Run& run, const std::string& id) {
  const auto at = std::find_if(run.measurements.begin(), run.measurements.end(),
                               [&](const Measurement& m) { return m.facts.id == id; });
  return at == run.measurements.end() ? nullptr : &*at;
}

struct Sides {
  const Run& baseline_run;
  const Run& candidate_run;
  const Measurement& baseline;
  const Measurement& candidate;
};

// Why its answers are not to be trusted, in words; empty when nothing is known against them.
std::string failure_of(const Measurement& measured) {
  if (measured.failures.empty())
    return measured.check && !measured.check->verified ? "its answer did not agree with the reference" : "";
  std::string all = measured.failures.front().message;
  for (std::size_t i = 1; i < measured.failures.size(); ++i) all += "; " + measured.failures[i].message;
  return all;
}

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

bool has_times(const Measurement& measured) { return !measured.launches.empty() && trouble_of(measured).empty(); }

// What forbids a comparison of the two measurements, whatever their times; empty when nothing does.
void refuse(CaseVerdict& verdict, const Sides& sides, const Policy& policy) {
  const auto no_verdict = [&](Verdict word, const std::string& why) {
    verdict.verdict = word;
    verdict.reasons.push_back(why);
  };
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
  const auto& a = sides.baseline.facts;
  const auto& b = sides.candidate.facts;
  if (!a.definition.empty() && !b.definition.empty() && a.definition != b.definition) {
    return no_verdict(Verdict::Missing,
                      "its definition changed: it is another benchmark; rename it or accept the change");
  }
  if (a.l2 != b.l2)
    return no_verdict(Verdict::Missing, "one side was measured with a cold, the other with a warm cache");
  const std::size_t fewest = std::min(sides.baseline.launches.size(), sides.candidate.launches.size());
  if (fewest < policy.min_stored_launches) {
    no_verdict(Verdict::Inconclusive, "needs at least " + std::to_string(policy.min_stored_launches) +
                                          " launches a side, has " + std::to_string(fewest));
  }
}

void decide(CaseVerdict& verdict, const Sides& sides, const Policy& policy, std::size_t family,
            MedianBootstraps& bootstraps) {
  const auto base = launch_medians(sides.baseline.launches);
  const auto cand = launch_medians(sides.candidate.launches);
  const Law base_law = bootstraps.of(base.size()).law(base);
  const Law cand_law = bootstraps.of(cand.size()).law(cand);
  const double alpha = policy.alpha / static_cast<double>(family);
  const boost::math::normal normal;
  // Each interval reaches out by half of what two sessions may differ by chance, so that a gap is more than that.
  const double sessions = boost::math::quantile(normal, 1 - alpha) * policy.session_sd * std::sqrt(2.0);
  const double widened = std::exp(sessions / 2);
  const Interval b = bootstraps.of(base.size()).interval(base, policy.confidence);
  const Interval c = bootstraps.of(cand.size()).interval(cand, policy.confidence);
  const double ratio = median(cand) / median(base);
  const Interval shown = ratio_interval(cand_law, base_law, policy.confidence);
  verdict.change = ratio - 1;
  verdict.change_ci = Interval{shown.low - 1, shown.high - 1};
  verdict.mde = std::max(verdict.tolerance, (b.high / b.low) * widened * widened - 1);

  const double reach = boost::math::quantile(normal, 1 - policy.beta) * policy.session_sd * std::sqrt(2.0);
  const double upper = ratio_interval(cand_law, base_law, 1 - 2 * policy.beta).high * std::exp(reach);
  if (c.low / widened > b.high * widened && ratio >= 1 + verdict.tolerance) {
    verdict.verdict = Verdict::Regressed;
  } else if (c.high * widened < b.low / widened && ratio <= 1 / (1 + verdict.tolerance)) {
    verdict.verdict = Verdict::Improved;
  } else if (upper < 1 + verdict.tolerance) {
    verdict.verdict = Verdict::Held;
  } else {
    verdict.reasons.push_back(
        "stored numbers cannot exclude a slowdown of the tolerance; measure side by side (ratchet check)");
  }
}

void doubt(CaseVerdict& verdict, const Sides& sides, const Policy& policy) {
  std::optional<std::string> why;
  if (sides.candidate_run.environment) {
    why = impossible(sides.candidate.facts, verdict.candidate->median_ns, *sides.candidate_run.environment);
  }
  if (!why && verdict.verdict == Verdict::Improved && 1 / (1 + *verdict.change) > policy.implausible_speedup) {
    why = "more than " + std::to_string(static_cast<int>(policy.implausible_speedup)) +
          " times faster with the same definition";
  }
  if (!why) return;
  verdict.verdict = Verdict::Invalid;
  verdict.reasons.push_back("implausible until a person accepts it: " + *why);
}

CaseVerdict judge(const Sides& sides, const Policy& policy, std::size_t family, MedianBootstraps& bootstraps) {
  CaseVerdict verdict;
  verdict.id = sides.candidate.facts.id;
  verdict.method = Method::Stored;
  verdict.confidence = policy.confidence;
  verdict.decided = true;  // no more launches will come
  verdict.tolerance = tolerance_of(
      policy, verdict.id, sides.candidate_run.environment ? sides.candidate_run.environment->device.kind : "cuda");
  refuse(verdict, sides, policy);
  const bool comparable = verdict.reasons.empty();
  if (has_times(sides.baseline) && has_times(sides.candidate)) {
    verdict.baseline =
        summarize(sides.baseline.launches, sides.baseline.facts.bytes, sides.baseline_run.commit.sha, bootstraps);
    verdict.candidate =
        summarize(sides.candidate.launches, sides.candidate.facts.bytes, sides.candidate_run.commit.sha, bootstraps);
  }
  if (comparable) {
    decide(verdict, sides, policy, family, bootstraps);
    doubt(verdict, sides, policy);
  }
  return verdict;
}

CaseVerdict one_sided(const std::string& id, Verdict word, const std::string& why) {
  CaseVerdict verdict;
  verdict.id = id;
  verdict.verdict = word;
  verdict.decided = true;
  verdict.reasons.push_back(why);
  return verdict;
}

}  // namespace

std::vector<CaseVerdict> judge_stored(const Run& baseline, const Run& candidate, const Policy& policy) {
  auto different = incomparable(baseline.environment, candidate.environment);
  const bool on_gpu = candidate.environment && candidate.environment->device.kind != "cpu";
  if (!different && on_gpu) different = unlike(baseline.telemetry, candidate.telemetry);
  std::size_t family = policy.family;
  if (family == 0) {
    for (const Measurement& m : baseline.measurements) family += find(candidate, m.facts.id) != nullptr ? 1 : 0;
  }
  MedianBootstraps bootstraps;
  std::vector<CaseVerdict> verdicts;
  for (const Measurement& m : baseline.measurements) {
    const Measurement* other = find(candidate, m.facts.id);
    if (other == nullptr) {
      verdicts.push_back(one_sided(m.facts.id, Verdict::Missing, "the candidate does not have this case"));
    } else if (different) {
      verdicts.push_back(one_sided(m.facts.id, Verdict::NoBaseline, "not the same environment: " + *different));
    } else {
      verdicts.push_back(judge({baseline, candidate, m, *other}, policy, family, bootstraps));
    }
  }
  for (const Measurement& m : candidate.measurements) {
    if (find(baseline, m.facts.id) != nullptr) continue;
    const std::string failure = failure_of(m);
    verdicts.push_back(failure.empty() ? one_sided(m.facts.id, Verdict::New, "the baseline does not have this case")
                                       : one_sided(m.facts.id, Verdict::Invalid, "the candidate: " + failure));
  }
  return verdicts;
}

}  // namespace ratchet
