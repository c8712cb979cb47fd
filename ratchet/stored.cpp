#include "ratchet/stored.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <optional>
#include <string>

#include "ratchet/environment.h"
#include "ratchet/separation.h"
#include "ratchet/stored_input.h"
#include "ratchet/summary.h"
#include "ratchet/witness.h"

namespace ratchet {
namespace {

const Measurement* find(const Run& run, const std::string& id) {
  const auto at = std::find_if(run.measurements.begin(), run.measurements.end(),
                               [&](const Measurement& m) { return m.facts.id == id; });
  return at == run.measurements.end() ? nullptr : &*at;
}

// Where the stored test draws its lines for one case. Every margin is on the log scale.
struct Lines {
  double margin = 0;       // what a session, or a tick, may add to one side's error
  double worst_ratio = 0;  // upper limit of candidate / baseline at policy.beta
};

Lines lines_of(const StoredSides& sides, const Policy& policy, std::size_t family, double session_sd, double ratio,
               double upper_ratio) {
  const boost::math::normal normal;
  const double tick = tick_share(sides);
  const double certain = boost::math::quantile(normal, 1 - policy.alpha / static_cast<double>(family));
  const double likely = boost::math::quantile(normal, 1 - policy.beta);
  const double launches = std::log(upper_ratio / ratio);
  return {std::hypot(certain * session_sd, tick),
          ratio * std::exp(std::hypot(launches, likely * session_sd * std::sqrt(2.0), tick))};
}

void decide(CaseVerdict& verdict, const StoredSides& sides, const Policy& policy, std::size_t family,
            MedianBootstraps& bootstraps) {
  const auto base = launch_medians(sides.baseline.launches);
  const auto cand = launch_medians(sides.candidate.launches);
  const Law base_law = bootstraps.of(base.size()).law(base);
  const Law cand_law = bootstraps.of(cand.size()).law(cand);
  const double ratio = median(cand) / median(base);
  const Interval shown = ratio_interval(cand_law, base_law, policy.confidence);
  verdict.change = ratio - 1;
  verdict.change_ci = Interval{shown.low - 1, shown.high - 1};

  const double upper_ratio = ratio_interval(cand_law, base_law, 1 - 2 * policy.beta).high;
  const Lines lines = lines_of(sides, policy, family, verdict.session_spread->sd, ratio, upper_ratio);
  const Reach b = widened(reach_of(base, policy.stored_confidence, bootstraps), lines.margin);
  const Reach c = widened(reach_of(cand, policy.stored_confidence, bootstraps), lines.margin);
  verdict.mde = std::max(verdict.tolerance, std::expm1(gap_needed(b, c)));
  if (apart(b, c) && ratio >= 1 + verdict.tolerance) {
    verdict.verdict = Verdict::Regressed;
    verdict.reasons.push_back("sessions taken to differ by " + to_string(*verdict.session_spread));
  } else if (apart(c, b) && ratio <= 1 / (1 + verdict.tolerance)) {
    verdict.verdict = Verdict::Improved;
  } else if (lines.worst_ratio < 1 + verdict.tolerance) {
    verdict.verdict = Verdict::Held;
  } else {
    verdict.reasons.push_back(
        "stored numbers cannot exclude a slowdown of the tolerance; measure side by side (ratchet check)");
    verdict.reasons.push_back("sessions taken to differ by " + to_string(*verdict.session_spread));
  }
}

// What the sentinels say of both runs, for all of their cases.
struct Witness {
  bool heard = false;
  std::optional<std::string> objection;
};

bool is_decision(Verdict verdict) {
  return verdict == Verdict::Held || verdict == Verdict::Improved || verdict == Verdict::Regressed;
}

void hear(CaseVerdict& verdict, const Witness& witness) {
  if (witness.objection && is_decision(verdict.verdict)) {
    verdict.verdict = Verdict::Inconclusive;
    verdict.reasons = {*witness.objection};
  } else if (!witness.heard && verdict.verdict == Verdict::Regressed) {
    verdict.reasons.push_back("no sentinels were recorded: a change of the machine would look the same");
  }
}

void doubt(CaseVerdict& verdict, const StoredSides& sides, const Policy& policy) {
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

struct Terms {
  const Policy& policy;
  std::size_t family = 1;
  Witness witness;
};

CaseVerdict judge(const StoredSides& sides, const Terms& terms, const SessionSpread& spread,
                  MedianBootstraps& bootstraps) {
  const Policy& policy = terms.policy;
  CaseVerdict verdict;
  verdict.id = sides.candidate.facts.id;
  verdict.method = Method::Stored;
  verdict.confidence = policy.confidence;
  verdict.decided = true;  // no more launches will come
  verdict.tolerance = tolerance_of(
      policy, verdict.id, sides.candidate_run.environment ? sides.candidate_run.environment->device.kind : "cuda");
  const bool refused = refuse(verdict, sides, policy);
  if (has_times(sides.baseline) && has_times(sides.candidate)) {
    verdict.baseline =
        summarize(sides.baseline.launches, sides.baseline.facts.bytes, sides.baseline_run.commit.sha, bootstraps);
    verdict.candidate =
        summarize(sides.candidate.launches, sides.candidate.facts.bytes, sides.candidate_run.commit.sha, bootstraps);
  }
  if (refused) return verdict;
  verdict.session_spread = spread;
  decide(verdict, sides, policy, terms.family, bootstraps);
  hear(verdict, terms.witness);
  doubt(verdict, sides, policy);
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

std::size_t family_of(const Run& baseline, const Run& candidate, const Policy& policy) {
  if (policy.family > 0) return policy.family;
  const auto both = std::count_if(baseline.measurements.begin(), baseline.measurements.end(),
                                  [&](const Measurement& m) { return find(candidate, m.facts.id) != nullptr; });
  return std::max<std::size_t>(1, static_cast<std::size_t>(both));
}

}  // namespace

std::vector<CaseVerdict> judge_stored(const Run& baseline, const Run& candidate, const Policy& policy,
                                      const SessionSpreads& spreads) {
  const auto different = incomparable(baseline.environment, candidate.environment);
  const auto spread_of = [&](const std::string& id) {
    const auto known = spreads.find(id);
    return known == spreads.end() ? SessionSpread{policy.session_sd, 0, false} : known->second;
  };
  const Terms terms{policy, family_of(baseline, candidate, policy),
                    Witness{has_witness(baseline.telemetry, candidate.telemetry, policy),
                            machine_changed(baseline.telemetry, candidate.telemetry, policy)}};
  MedianBootstraps bootstraps;
  std::vector<CaseVerdict> verdicts;
  for (const Measurement& m : baseline.measurements) {
    const Measurement* other = find(candidate, m.facts.id);
    if (other == nullptr) {
      verdicts.push_back(one_sided(m.facts.id, Verdict::Missing, "the candidate does not have this case"));
    } else if (different) {
      verdicts.push_back(one_sided(m.facts.id, Verdict::NoBaseline, "not the same environment: " + *different));
    } else {
      verdicts.push_back(judge({baseline, candidate, m, *other}, terms, spread_of(m.facts.id), bootstraps));
    }
  }
  for (const Measurement& m : candidate.measurements) {
    if (find(baseline, m.facts.id) != nullptr) continue;
    const std::string failure = failure_of(m);
    if (is_unavailable(m.failures)) {
      verdicts.push_back(one_sided(m.facts.id, Verdict::New, "unavailable: " + failure));
      continue;
    }
    verdicts.push_back(failure.empty() ? one_sided(m.facts.id, Verdict::New, "the baseline does not have this case")
                                       : one_sided(m.facts.id, Verdict::Invalid, "the candidate: " + failure));
  }
  return verdicts;
}

}  // namespace ratchet
