#include "ratchet/duet.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "ratchet/clock_effect.h"
#include "ratchet/environment.h"
#include "ratchet/launch_effect.h"
#include "ratchet/looks.h"
#include "ratchet/sequential.h"
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

// Nothing went wrong: this machine has not what the case needs. A candidate that cannot be measured is as good as none;
// a baseline that cannot is nothing to compare with.
CaseVerdict judge_absence(CaseVerdict verdict, const DuetCase& measured) {
  const bool candidate_lacks = std::any_of(measured.failures.begin(), measured.failures.end(),
                                           [](const Failure& failure) { return failure.side != "baseline"; });
  for (const Failure& failure : measured.failures) {
    const std::string said = "unavailable: " + failure.message;
    if (verdict.reasons.empty() || verdict.reasons.back() != said) verdict.reasons.push_back(said);
  }
  verdict.verdict = candidate_lacks ? Verdict::Missing : Verdict::NoBaseline;
  verdict.decided = true;
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
  if (is_unavailable(measured.failures)) return judge_absence(verdict, measured);
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

// Pairs of processes that agree to the last digit before a program's numbers are taken for too coarse to judge; the
// test holds nothing before as many.
constexpr std::size_t kEnoughAlike = 5;

// Takes the usable launches up to the first that is not, and says what troubles that one.
std::string read_launches(const DuetCase& measured, std::size_t min_rounds, Series& series) {
  for (std::size_t i = 0; i < measured.launches.size(); ++i) {
    const LaunchReading launch = read_launch(measured.facts, measured.launches[i], min_rounds);
    if (!launch.effect) return "launch " + std::to_string(i) + ": " + launch.trouble;
    series.launches.push_back(*launch.effect);
  }
  if (is_by_process(measured.facts) && series.launches.size() >= kEnoughAlike &&
      squares_around_mean(log_ratios(series, series.launches.size())) == 0)
    return "every pair of processes gave the same ratio: what they print does not resolve this case";
  return {};
}

// A case on its way to a verdict.
struct Trial {
  const Duet* duet = nullptr;
  const DuetCase* measured = nullptr;
  CaseVerdict verdict;
  Series series;
  std::string trouble;  // of the first launch that cannot be used
  bool open = false;    // its launches can be looked at
};

// What the looks left: a verdict, or the reason why there is none.
void finish(Trial& trial, const Decision& decision, const Policy& policy) {
  CaseVerdict& verdict = trial.verdict;
  verdict.verdict = decision.verdict;
  verdict.decided = decision.decided || decision.launches >= policy.max_launches;
  if (!trial.trouble.empty()) {
    // A spoilt launch takes away a pass, never a slowdown that was proven before it.
    verdict.reasons.push_back(trial.trouble);
    if (verdict.verdict != Verdict::Regressed) verdict.verdict = Verdict::Inconclusive;
    verdict.decided = true;
  } else if (decision.launches < policy.min_launches) {
    verdict.reasons.push_back("needs at least " + std::to_string(policy.min_launches) + " launches, has " +
                              std::to_string(decision.launches));
  } else if (verdict.verdict == Verdict::Inconclusive) {
    verdict.reasons.push_back("undecided after " + std::to_string(decision.launches) + " launches");
  }
}

SideSummary summarize_side(const Trial& trial, std::vector<double> DuetLaunch::*side, const std::string& commit,
                           MedianBootstraps& bootstraps) {
  std::vector<std::vector<double>> launches;
  for (std::size_t i = 0; i < trial.series.launches.size(); ++i) launches.push_back(trial.measured->launches[i].*side);
  return summarize(launches, trial.measured->facts.bytes, commit, bootstraps);
}

// The estimate rests on all launches, also on those after the verdict.
void describe(Trial& trial, const Policy& policy, std::size_t family, double inflation) {
  CaseVerdict& verdict = trial.verdict;
  const std::size_t launches = trial.series.launches.size();
  const VariancePrior prior = prior_after(trial.series, launches, inflation);
  const std::vector<double> ratios = log_ratios(trial.series, launches);
  if (prior.weight == 0 && !(squares_around_mean(ratios) > 0)) {  // nothing tells an error
    verdict.change = std::expm1(mean(ratios));
    return;
  }
  const Effect effect = estimate(ratios, prior, policy.confidence);
  verdict.change = std::expm1(effect.log_ratio);
  verdict.change_ci = Interval{std::expm1(effect.interval.low), std::expm1(effect.interval.high)};
  const std::size_t could_have = verdict.verdict == Verdict::Inconclusive ? launches : policy.max_launches;
  const double detectable = smallest_detectable(effect, prior, trial.series.log_tolerance, could_have,
                                                policy.alpha / static_cast<double>(family), policy.beta);
  if (std::isfinite(detectable)) verdict.mde = std::expm1(detectable);
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

void name_clock_effect(Trial& trial, const Policy& policy, double inflation) {
  CaseVerdict& verdict = trial.verdict;
  if (verdict.verdict != Verdict::Regressed && verdict.verdict != Verdict::Improved) return;
  const std::size_t launches = trial.series.launches.size();
  const auto effect =
      clock_effect(trial.measured->launches, log_ratios(trial.series, launches),
                   prior_after(trial.series, launches, inflation), trial.series.log_tolerance, policy.beta);
  if (effect) verdict.reasons.push_back(*effect);
}

Overdispersion believed_of(const CaseFacts& facts, const Policy& policy, const Overdispersions& past) {
  if (is_by_process(facts)) return kNothingBelieved;
  const auto known = past.find(facts.id);
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
  verdict.tolerance = tolerance_of(policy, measured.facts, std::string(kind_of(duet.environment)));
  if (auto known = settle(verdict, measured)) {
    verdict = *std::move(known);
    return trial;
  }
  if (measured.launches.empty()) {
    verdict.reasons.emplace_back("not measured");
    return trial;
  }
  trial.trouble = read_launches(measured, policy.min_rounds, trial.series);
  if (trial.series.launches.empty()) {
    verdict = settled(verdict, Verdict::Inconclusive, trial.trouble);
    return trial;
  }
  verdict.prior = trial.series.prior = believed_of(measured.facts, policy, past);
  trial.series.log_tolerance = std::log1p(verdict.tolerance);
  verdict.baseline = summarize_side(trial, &DuetLaunch::baseline_ns, duet.baseline.commit.sha, bootstraps);
  verdict.candidate = summarize_side(trial, &DuetLaunch::candidate_ns, duet.candidate.commit.sha, bootstraps);
  const double interval_ns = verdict.baseline->median_ns * static_cast<double>(measured.facts.batch);
  // The tick is of our timer; a program has its own.
  const bool ours = duet.environment && !is_by_process(measured.facts);
  if (ours && duet.environment->timer_tick_ns > policy.max_tick * interval_ns) {
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
  std::vector<Series> series;
  for (Trial& trial : trials) {
    if (!trial.open) continue;
    judged.push_back(&trial);
    series.push_back(trial.series);
  }
  const Looks looks = look_launch_by_launch(series, policy, family);
  const std::vector<Decision> decisions = looks.decisions();
  for (std::size_t i = 0; i < judged.size(); ++i) {
    finish(*judged[i], decisions[i], policy);
    describe(*judged[i], policy, family, looks.inflation());
    name_clock_effect(*judged[i], policy, looks.inflation());
    doubt(*judged[i], policy);
    for (const std::string& warning : judged[i]->measured->warnings) judged[i]->verdict.reasons.push_back(warning);
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
