#include "ratchet/duet.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "ratchet/environment.h"
#include "ratchet/launch_effect.h"
#include "ratchet/sequential.h"
#include "ratchet/statistics.h"
#include "ratchet/summary.h"

namespace ratchet {
namespace {

bool has_warning(const DuetCase& measured, const char* text) {
  return std::find(measured.warnings.begin(), measured.warnings.end(), text) != measured.warnings.end();
}

bool refuted(const std::optional<Check>& check) { return check && !check->verified; }

CaseVerdict settled(CaseVerdict verdict, Verdict word, std::string reason) {
  verdict.verdict = word;
  verdict.decided = true;
  verdict.reasons.push_back(std::move(reason));
  return verdict;
}

CaseVerdict judge_failures(CaseVerdict verdict, const DuetCase& measured) {
  // A baseline that cannot be measured is nobody's regression, but neither is it a pass.
  const bool candidate_failed = std::any_of(measured.failures.begin(), measured.failures.end(),
                                            [](const Failure& failure) { return failure.side != "baseline"; });
  for (const Failure& failure : measured.failures) {
    verdict.reasons.push_back((failure.side.empty() ? "" : "the " + failure.side + ": ") + failure.message);
  }
  verdict.verdict = candidate_failed ? Verdict::Invalid : Verdict::NoBaseline;
  verdict.decided = true;
  return verdict;
}

// What settles a case whatever its times are; none when its times may be judged.
std::optional<CaseVerdict> settle(const CaseVerdict& verdict, const DuetCase& measured) {
  if (!measured.failures.empty()) return judge_failures(verdict, measured);
  if (refuted(measured.candidate_check))
    return settled(verdict, Verdict::Invalid, "the candidate: its answer did not agree with the reference");
  if (has_warning(measured, kOnlyInBaseline))
    return settled(verdict, Verdict::Missing, "the candidate does not have this case");
  if (has_warning(measured, kOnlyInCandidate))
    return settled(verdict, Verdict::New, "the baseline does not have this case");
  if (has_warning(measured, kDefinitionChanged)) {
    return settled(verdict, Verdict::Missing,
                   "its definition changed: it is another benchmark; rename it or accept the change");
  }
  if (refuted(measured.baseline_check))
    return settled(verdict, Verdict::NoBaseline, "the baseline: its answer did not agree with the reference");
  return std::nullopt;
}

// The usable launches up to the first that is not, and what troubles that one.
struct Reading {
  std::vector<double> log_ratios;
  std::vector<double> variances;
  std::string trouble;
};

Reading read_launches(const DuetCase& measured, std::size_t min_rounds) {
  Reading reading;
  for (std::size_t i = 0; i < measured.launches.size(); ++i) {
    const LaunchReading launch = read_launch(measured.launches[i], min_rounds);
    if (!launch.effect) {
      reading.trouble = "launch " + std::to_string(i) + ": " + launch.trouble;
      return reading;
    }
    reading.log_ratios.push_back(launch.effect->log_ratio);
    reading.variances.push_back(launch.effect->variance);
  }
  return reading;
}

// A case on its way to a verdict.
struct Trial {
  const Duet* duet = nullptr;
  const DuetCase* measured = nullptr;
  CaseVerdict verdict;
  Reading reading;
  std::size_t looked = 0;  // launches in the newest look
  bool not_slower = false;
  bool not_faster = false;
  bool open = false;  // another look could decide it
};

double told_variance(const Trial& trial, std::size_t launches) {
  return mean(std::span(trial.reading.variances).first(launches));
}

// How much today's launches scatter beyond what was expected of them, over all cases with two launches or more.
double inflation_of(std::span<const Trial> trials) {
  std::vector<Scatter> scatters;
  for (const Trial& trial : trials) {
    if (trial.looked < 2) continue;
    const auto seen = std::span(trial.reading.log_ratios).first(trial.looked);
    scatters.push_back({trial.looked, squares_around_mean(seen),
                        trial.verdict.prior->ratio * told_variance(trial, trial.looked)});
  }
  return inflation_today(scatters);
}

VariancePrior prior_after(const Trial& trial, std::size_t launches, double inflation) {
  const Overdispersion& believed = *trial.verdict.prior;
  return {believed.ratio * inflation * told_variance(trial, launches), believed.weight};
}

void look(Trial& trial, const Policy& policy, std::size_t family, double inflation) {
  CaseVerdict& verdict = trial.verdict;
  const double proof = std::log(static_cast<double>(family) / policy.alpha);
  const double doubt_gone = -std::log(policy.beta);
  const Evidence evidence = weigh(std::span(trial.reading.log_ratios).first(trial.looked),
                                  prior_after(trial, trial.looked, inflation), std::log1p(verdict.tolerance));
  const bool tolerable = evidence.against_slow >= doubt_gone;
  trial.not_slower = trial.not_slower || tolerable;
  trial.not_faster = trial.not_faster || evidence.against_fast >= doubt_gone;
  // Slower, and slower by less than the tolerance, can both be proven, of a case that is measured well.
  if (evidence.slower >= proof && !tolerable) {
    verdict.verdict = Verdict::Regressed;
  } else if (evidence.faster >= proof) {
    verdict.verdict = Verdict::Improved;
  } else if (trial.not_slower && trial.not_faster) {
    verdict.verdict = Verdict::Held;
  } else {
    return;
  }
  verdict.decided = true;
  trial.open = false;
}

// After each launch, as the live measurement did: a case is closed by the first look that decides it, and what it
// measured later takes no part, not even in what today's noise is for the others. Returns the newest inflation.
double look_launch_by_launch(std::vector<Trial>& trials, const Policy& policy, std::size_t family) {
  double inflation = 1;
  for (std::size_t launches = 1; launches <= policy.max_launches; ++launches) {
    bool any = false;
    for (Trial& trial : trials) {
      trial.open = trial.open && launches <= trial.reading.log_ratios.size();
      if (trial.open) trial.looked = launches;
      any = any || trial.open;
    }
    if (!any) break;
    inflation = inflation_of(trials);
    if (launches < policy.min_launches) continue;
    for (Trial& trial : trials) {
      if (trial.open) look(trial, policy, family, inflation);
    }
  }
  return inflation;
}

// What is left when the launches end.
void finish(Trial& trial, const Policy& policy) {
  CaseVerdict& verdict = trial.verdict;
  if (!trial.reading.trouble.empty()) {
    // A spoilt launch takes away a pass, never a slowdown that was proven before it.
    verdict.reasons.push_back(trial.reading.trouble);
    if (verdict.verdict != Verdict::Regressed) verdict.verdict = Verdict::Inconclusive;
    verdict.decided = true;
  }
  if (verdict.decided) return;
  const std::size_t launches = trial.looked;
  verdict.decided = launches >= policy.max_launches;
  verdict.verdict = trial.not_slower ? Verdict::Held : Verdict::Inconclusive;
  if (launches < policy.min_launches) {
    verdict.reasons.push_back("needs at least " + std::to_string(policy.min_launches) + " launches, has " +
                              std::to_string(launches));
  } else if (!trial.not_slower) {
    verdict.reasons.push_back("undecided after " + std::to_string(launches) + " launches");
  }
}

SideSummary summarize_side(const Trial& trial, std::vector<double> DuetLaunch::*side, const std::string& commit,
                           MedianBootstraps& bootstraps) {
  std::vector<std::vector<double>> launches;
  for (std::size_t i = 0; i < trial.reading.log_ratios.size(); ++i)
    launches.push_back(trial.measured->launches[i].*side);
  return summarize(launches, trial.measured->facts.bytes, commit, bootstraps);
}

// The estimate rests on all launches, also on those after the verdict.
void describe(Trial& trial, const Policy& policy, std::size_t family, double inflation) {
  CaseVerdict& verdict = trial.verdict;
  const std::size_t launches = trial.reading.log_ratios.size();
  const VariancePrior prior = prior_after(trial, launches, inflation);
  const Effect effect = estimate(trial.reading.log_ratios, prior, policy.confidence);
  verdict.change = std::expm1(effect.log_ratio);
  verdict.change_ci = Interval{std::expm1(effect.interval.low), std::expm1(effect.interval.high)};
  const std::size_t could_have = verdict.verdict == Verdict::Inconclusive ? launches : policy.max_launches;
  verdict.mde = std::expm1(smallest_detectable(effect, prior, std::log1p(verdict.tolerance), could_have,
                                               policy.alpha / static_cast<double>(family), policy.beta));
}

// Good news is doubted like bad news: too fast for the device, or a leap without a change of definition.
void doubt(Trial& trial, const Policy& policy) {
  CaseVerdict& verdict = trial.verdict;
  std::optional<std::string> why;
  if (trial.duet->environment)
    why = impossible(trial.measured->facts, verdict.candidate->median_ns, *trial.duet->environment);
  const double speedup = 1 / (1 + *verdict.change);
  if (!why && verdict.verdict == Verdict::Improved && speedup > policy.implausible_speedup) {
    why = "more than " + std::to_string(static_cast<int>(policy.implausible_speedup)) +
          " times faster with the same definition";
  }
  if (!why) return;
  verdict.verdict = Verdict::Invalid;
  verdict.reasons.push_back("implausible until a person accepts it: " + *why);
}

Overdispersion believed_of(const std::string& id, const Policy& policy, const Overdispersions& past) {
  const auto known = past.find(id);
  return known == past.end() ? without_history(policy) : known->second;
}

// Everything about a case that needs no look; it is open when looks can follow.
Trial open_trial(const Duet& duet, const DuetCase& measured, const Policy& policy, const Overdispersions& past,
                 MedianBootstraps& bootstraps) {
  Trial trial;
  trial.duet = &duet;
  trial.measured = &measured;
  CaseVerdict& verdict = trial.verdict;
  verdict.id = measured.facts.id;
  verdict.method = Method::Duet;
  verdict.confidence = policy.confidence;
  verdict.handicap_percent = measured.facts.handicap_percent;
  verdict.tolerance =
      tolerance_of(policy, measured.facts.id, duet.environment ? duet.environment->device.kind : "cuda");
  if (auto known = settle(verdict, measured)) {
    verdict = *std::move(known);
    return trial;
  }
  if (measured.launches.empty()) {
    verdict.reasons.emplace_back("not measured");
    return trial;
  }
  trial.reading = read_launches(measured, policy.min_rounds);
  if (trial.reading.log_ratios.empty()) {
    verdict = settled(verdict, Verdict::Inconclusive, trial.reading.trouble);
    return trial;
  }
  verdict.prior = believed_of(verdict.id, policy, past);
  verdict.baseline = summarize_side(trial, &DuetLaunch::baseline_ns, duet.baseline.commit.sha, bootstraps);
  verdict.candidate = summarize_side(trial, &DuetLaunch::candidate_ns, duet.candidate.commit.sha, bootstraps);
  const double interval_ns = verdict.baseline->median_ns * static_cast<double>(measured.facts.batch);
  if (duet.environment && duet.environment->timer_tick_ns > policy.max_tick * interval_ns) {
    verdict = settled(verdict, Verdict::Inconclusive, "the timer's tick is more than 1 % of the timed interval");
    return trial;
  }
  trial.open = true;
  return trial;
}

}  // namespace

std::vector<CaseVerdict> judge_duets(std::span<const Duet> duets, const Policy& policy, const Overdispersions& past) {
  MedianBootstraps bootstraps;
  std::vector<Trial> trials;
  std::size_t judgeable = 0;
  for (const Duet& duet : duets) {
    for (const DuetCase& measured : duet.cases) {
      judgeable += settle({}, measured) ? 0 : 1;
      trials.push_back(open_trial(duet, measured, policy, past, bootstraps));
    }
  }
  const std::size_t family = std::max<std::size_t>(1, policy.family > 0 ? policy.family : judgeable);
  std::vector<Trial*> judged;
  for (Trial& trial : trials) {
    if (trial.open) judged.push_back(&trial);
  }
  const double inflation = look_launch_by_launch(trials, policy, family);
  for (Trial* trial : judged) {
    finish(*trial, policy);
    describe(*trial, policy, family, inflation);
    doubt(*trial, policy);
    for (const std::string& warning : trial->measured->warnings) trial->verdict.reasons.push_back(warning);
  }
  std::vector<CaseVerdict> verdicts;
  verdicts.reserve(trials.size());
  for (Trial& trial : trials) verdicts.push_back(std::move(trial.verdict));
  return verdicts;
}

std::vector<CaseVerdict> judge_duet(const Duet& duet, const Policy& policy, const Overdispersions& past) {
  return judge_duets(std::span(&duet, 1), policy, past);
}

}  // namespace ratchet
