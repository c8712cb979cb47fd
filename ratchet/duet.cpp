#include "ratchet/duet.h"

#include <algorithm>
#include <cmath>

#include "ratchet/clock_effect.h"
#include "ratchet/environment.h"
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

VariancePrior prior_after(const Reading& reading, std::size_t launches, const Policy& policy) {
  return {policy.overdispersion * mean(std::span(reading.variances).first(launches)), policy.prior_weight};
}

// Looks after each launch from the minimum on and stops at the first that decides, as the live measurement did.
void decide(CaseVerdict& verdict, const Reading& reading, const Policy& policy, std::size_t family) {
  const double proof = std::log(static_cast<double>(family) / policy.alpha);
  const double doubt_gone = -std::log(policy.beta);
  const std::size_t launches = std::min(reading.log_ratios.size(), policy.max_launches);
  bool not_slower = false;
  bool not_faster = false;
  for (std::size_t k = policy.min_launches; k <= launches && !verdict.decided; ++k) {
    const Evidence evidence =
        weigh(std::span(reading.log_ratios).first(k), prior_after(reading, k, policy), std::log1p(verdict.tolerance));
    const bool tolerable = evidence.against_slow >= doubt_gone;
    not_slower = not_slower || tolerable;
    not_faster = not_faster || evidence.against_fast >= doubt_gone;
    // Slower than 0 and slower by less than the tolerance can both be proven, of a case that is measured well.
    if (evidence.slower >= proof && !tolerable) {
      verdict.verdict = Verdict::Regressed;
      verdict.decided = true;
    } else if (evidence.faster >= proof) {
      verdict.verdict = Verdict::Improved;
      verdict.decided = true;
    } else if (not_slower && not_faster) {
      verdict.verdict = Verdict::Held;
      verdict.decided = true;
    }
  }
  if (!reading.trouble.empty()) {
    // A spoilt launch takes away a pass, never a slowdown that was proven before it.
    verdict.reasons.push_back(reading.trouble);
    if (verdict.verdict != Verdict::Regressed) verdict.verdict = Verdict::Inconclusive;
    verdict.decided = true;
  }
  if (verdict.decided) return;
  verdict.decided = launches >= policy.max_launches;
  verdict.verdict = not_slower ? Verdict::Held : Verdict::Inconclusive;
  if (reading.log_ratios.size() < policy.min_launches) {
    verdict.reasons.push_back("needs at least " + std::to_string(policy.min_launches) + " launches, has " +
                              std::to_string(reading.log_ratios.size()));
  } else if (!not_slower) {
    verdict.reasons.push_back("undecided after " + std::to_string(launches) + " launches");
  }
}

SideSummary summarize_side(const DuetCase& measured, std::size_t usable, std::vector<double> DuetLaunch::*side,
                           const std::string& commit, MedianBootstraps& bootstraps) {
  std::vector<std::vector<double>> launches;
  for (std::size_t i = 0; i < usable; ++i) launches.push_back(measured.launches[i].*side);
  return summarize(launches, measured.facts.bytes, commit, bootstraps);
}

void describe(CaseVerdict& verdict, const Reading& reading, const Policy& policy, std::size_t family) {
  const Effect effect =
      estimate(reading.log_ratios, prior_after(reading, reading.log_ratios.size(), policy), policy.confidence);
  verdict.change = std::expm1(effect.log_ratio);
  verdict.change_ci = Interval{std::expm1(effect.interval.low), std::expm1(effect.interval.high)};
  verdict.mde = std::expm1(smallest_detectable(effect, policy.alpha / static_cast<double>(family), policy.beta));
}

// Good news is doubted like bad news: too fast for the device, or a leap without a change of definition.
void doubt(CaseVerdict& verdict, const DuetCase& measured, const Duet& duet, const Policy& policy) {
  std::optional<std::string> why;
  if (duet.environment) why = impossible(measured.facts, verdict.candidate->median_ns, *duet.environment);
  const double speedup = 1 / (1 + *verdict.change);
  if (!why && verdict.verdict == Verdict::Improved && speedup > policy.implausible_speedup) {
    why = "more than " + std::to_string(static_cast<int>(policy.implausible_speedup)) +
          " times faster with the same definition";
  }
  if (!why) return;
  verdict.verdict = Verdict::Invalid;
  verdict.reasons.push_back("implausible until a person accepts it: " + *why);
}

void withdraw_clock_effect(CaseVerdict& verdict, const DuetCase& measured, const Reading& reading,
                           const Policy& policy) {
  if (verdict.verdict != Verdict::Regressed && verdict.verdict != Verdict::Improved) return;
  const VariancePrior prior = prior_after(reading, reading.log_ratios.size(), policy);
  const auto why = clock_effect(measured.launches, reading.log_ratios, prior, verdict.tolerance, policy.beta);
  if (!why) return;
  verdict.verdict = Verdict::Inconclusive;
  verdict.reasons.push_back(*why);
}

CaseVerdict judge(const DuetCase& measured, const Duet& duet, const Policy& policy, std::size_t family,
                  MedianBootstraps& bootstraps) {
  CaseVerdict verdict;
  verdict.id = measured.facts.id;
  verdict.method = Method::Duet;
  verdict.confidence = policy.confidence;
  verdict.handicap_percent = measured.facts.handicap_percent;
  const double tick_ns = duet.environment ? duet.environment->timer_tick_ns : 0;
  verdict.tolerance =
      tolerance_of(policy, measured.facts.id, duet.environment ? duet.environment->device.kind : "cuda");

  if (auto known = settle(verdict, measured)) return *std::move(known);
  if (measured.launches.empty()) {
    verdict.reasons.push_back("not measured");
    return verdict;
  }
  const Reading reading = read_launches(measured, policy.min_rounds);
  const std::size_t usable = reading.log_ratios.size();
  if (usable == 0) return settled(std::move(verdict), Verdict::Inconclusive, reading.trouble);

  verdict.baseline = summarize_side(measured, usable, &DuetLaunch::baseline_ns, duet.baseline.commit.sha, bootstraps);
  verdict.candidate =
      summarize_side(measured, usable, &DuetLaunch::candidate_ns, duet.candidate.commit.sha, bootstraps);
  const double interval_ns = verdict.baseline->median_ns * static_cast<double>(measured.facts.batch);
  if (tick_ns > policy.max_tick * interval_ns) {
    return settled(std::move(verdict), Verdict::Inconclusive,
                   "the timer's tick is more than 1 % of the timed interval");
  }
  decide(verdict, reading, policy, family);
  withdraw_clock_effect(verdict, measured, reading, policy);
  describe(verdict, reading, policy, family);
  doubt(verdict, measured, duet, policy);
  for (const std::string& warning : measured.warnings) verdict.reasons.push_back(warning);
  return verdict;
}

}  // namespace

LaunchReading read_launch(const DuetLaunch& launch, std::size_t min_rounds) {
  const std::size_t rounds = launch.baseline_ns.size();
  if (rounds != launch.candidate_ns.size())
    return {std::nullopt, "baseline and candidate have unequal numbers of rounds"};
  if (rounds < min_rounds) {
    return {std::nullopt, "has " + std::to_string(rounds) + " rounds, needs at least " + std::to_string(min_rounds)};
  }
  std::vector<double> log_ratios;
  log_ratios.reserve(rounds);
  for (std::size_t i = 0; i < rounds; ++i) {
    const double log_ratio = std::log(launch.candidate_ns[i] / launch.baseline_ns[i]);
    if (!(launch.baseline_ns[i] > 0 && launch.candidate_ns[i] > 0 && std::isfinite(log_ratio))) {
      return {std::nullopt, "round " + std::to_string(i) + " has a time that is not positive and finite"};
    }
    log_ratios.push_back(log_ratio);
  }
  const TrimmedMean centre = trimmed_mean(std::move(log_ratios));
  // Real clocks always scatter. Without scatter nothing is known of the noise, and one number must not count as
  // certainty.
  if (!(centre.variance > 0))
    return {std::nullopt, "every round gave the same ratio: the timer does not resolve this case"};
  return {LaunchEffect{centre.value, centre.variance}, ""};
}

std::vector<CaseVerdict> judge_duet(const Duet& duet, const Policy& policy) {
  std::size_t family = policy.family;
  if (family == 0)
    family = static_cast<std::size_t>(
        std::count_if(duet.cases.begin(), duet.cases.end(), [](const DuetCase& c) { return !settle({}, c); }));
  MedianBootstraps bootstraps;
  std::vector<CaseVerdict> verdicts;
  verdicts.reserve(duet.cases.size());
  for (const DuetCase& measured : duet.cases)
    verdicts.push_back(judge(measured, duet, policy, std::max<std::size_t>(family, 1), bootstraps));
  return verdicts;
}

}  // namespace ratchet
