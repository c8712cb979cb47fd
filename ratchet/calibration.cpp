#include "ratchet/calibration.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "ratchet/duet.h"
#include "ratchet/error.h"
#include "ratchet/launch_effect.h"
#include "ratchet/looks.h"

namespace ratchet {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kIdenticalDraws = 2000;  // resampled checks of identical code
constexpr std::size_t kPlantedDraws = 400;     // of a slowdown
constexpr std::size_t kFewestToDraw = 10;      // launches; from fewer, all draws would be nearly one
constexpr double kHopeless = 2;                // slower than by 100 % is not searched for

using Effects = std::vector<LaunchEffect>;

// One case at one planted slowdown.
struct Readings {
  std::map<std::string, Effects> effects;  // by case
  std::map<std::string, double> tolerance;
  std::set<std::string> by_process;
  std::size_t launches = 0;
};

std::string trouble_of(const DuetCase& measured, const Policy& policy, Effects& effects) {
  if (!measured.failures.empty()) return measured.failures.front().message;
  for (std::size_t i = 0; i < measured.launches.size(); ++i) {
    const LaunchReading launch = read_launch(measured.facts, measured.launches[i], policy.min_rounds);
    if (!launch.effect) return "launch " + std::to_string(i) + ": " + launch.trouble;
    effects.push_back(*launch.effect);
  }
  return {};
}

Readings read(const CalibrationSeries& series, const Policy& policy, std::map<std::string, std::string>& unusable) {
  Readings readings;
  for (const Duet& duet : series.duets) {
    for (const DuetCase& measured : duet.cases)
      readings.launches = std::max(readings.launches, measured.launches.size());
  }
  for (const Duet& duet : series.duets) {
    const std::string kind = duet.environment ? duet.environment->device.kind : "cuda";
    for (const DuetCase& measured : duet.cases) {
      const std::string& id = measured.facts.id;
      Effects effects;
      std::string trouble = trouble_of(measured, policy, effects);
      if (trouble.empty() && effects.size() != readings.launches) trouble = "is missing in some launches";
      if (!trouble.empty()) {
        unusable.emplace(id, trouble);
        continue;
      }
      readings.effects[id] = std::move(effects);
      readings.tolerance[id] = std::log1p(tolerance_of(policy, measured.facts, kind));
      if (is_by_process(measured.facts)) readings.by_process.insert(id);
    }
  }
  return readings;
}

// The launches of these numbers, of every case, as one check.
std::vector<Series> check_of(const Readings& readings, std::span<const std::size_t> numbers, const Policy& policy) {
  std::vector<Series> check;
  for (const auto& [id, effects] : readings.effects) {
    Series& series = check.emplace_back();
    series.log_tolerance = readings.tolerance.at(id);
    series.prior = readings.by_process.contains(id) ? kNothingBelieved : without_history(policy);
    for (const std::size_t number : numbers) series.launches.push_back(effects[number]);
  }
  return check;
}

std::vector<std::size_t> consecutive(std::size_t from, std::size_t end) {
  std::vector<std::size_t> numbers(end - from);
  std::iota(numbers.begin(), numbers.end(), from);
  return numbers;
}

bool any_regressed(const std::vector<Decision>& decisions) {
  return std::any_of(decisions.begin(), decisions.end(),
                     [](const Decision& decision) { return decision.verdict == Verdict::Regressed; });
}

void count(Proportion& proportion, bool hit) {
  proportion.hits += hit ? 1 : 0;
  ++proportion.trials;
}

// Looks at the launches from `from` on, as a check that began there would have.
std::vector<Decision> decide_from(const Readings& readings, std::size_t from, const Policy& policy) {
  const std::size_t end = std::min(readings.launches, from + policy.max_launches);
  return look_launch_by_launch(check_of(readings, consecutive(from, end), policy), policy, policy.family).decisions();
}

// A check is complete when more launches could not have changed it.
bool is_complete(const Decision& decision, const Policy& policy) {
  return decision.decided || decision.launches >= policy.max_launches;
}

// Whole checks one after the other; each begins with the launch after the last that the one before it needed.
Proportion failing_checks(const Readings& readings, const Policy& policy) {
  Proportion failing;
  for (std::size_t from = 0; from + policy.min_launches <= readings.launches;) {
    const std::vector<Decision> decisions = decide_from(readings, from, policy);
    std::size_t used = 0;
    bool complete = true;
    for (const Decision& decision : decisions) {
      used = std::max(used, decision.launches);
      complete = complete && is_complete(decision, policy);
    }
    if (!complete) break;
    count(failing, any_regressed(decisions));
    from += used;
  }
  return failing;
}

// The same for one case: the other cases only tell how noisy the day is.
void decide_in_turn(const Readings& readings, std::size_t which, const Policy& policy, Proportion& regressed,
                    Proportion& held) {
  for (std::size_t from = 0; from + policy.min_launches <= readings.launches;) {
    const Decision decision = decide_from(readings, from, policy)[which];
    if (!is_complete(decision, policy)) break;
    count(regressed, decision.verdict == Verdict::Regressed);
    count(held, decision.verdict == Verdict::Held);
    from += decision.launches;
  }
}

// The first `count` of a random order of all launches: no launch twice in one check.
std::vector<std::size_t> draw(std::size_t launches, std::size_t most, std::mt19937_64& random) {
  std::vector<std::size_t> numbers = consecutive(0, launches);
  const std::size_t wanted = std::min(launches, most);
  for (std::size_t i = 0; i < wanted; ++i) {
    // Not std::uniform_int_distribution, whose numbers differ between standard libraries; its bias is below 1e-15 here.
    std::swap(numbers[i], numbers[i + random() % (launches - i)]);
  }
  numbers.resize(wanted);
  return numbers;
}

struct Resampled {
  Proportion failing;
  std::vector<Proportion> regressed;  // by case
  std::vector<Proportion> held;
  std::vector<double> launches;  // mean to the end of the case
  double launches_per_check = 0;
};

Resampled resample(const Readings& readings, const Policy& policy, std::size_t draws) {
  const std::size_t cases = readings.effects.size();
  Resampled result{{}, std::vector<Proportion>(cases), std::vector<Proportion>(cases), std::vector<double>(cases), 0};
  std::mt19937_64 random(kSeed);
  const double weight = 1 / static_cast<double>(draws);
  for (std::size_t i = 0; i < draws; ++i) {
    const auto numbers = draw(readings.launches, policy.max_launches, random);
    const auto decisions =
        look_launch_by_launch(check_of(readings, numbers, policy), policy, policy.family).decisions();
    count(result.failing, any_regressed(decisions));
    std::size_t most = 0;
    for (std::size_t which = 0; which < cases; ++which) {
      const Decision& decision = decisions[which];
      count(result.regressed[which], decision.verdict == Verdict::Regressed);
      count(result.held[which], decision.verdict == Verdict::Held);
      result.launches[which] += weight * static_cast<double>(decision.launches);
      most = std::max(most, decision.launches);
    }
    result.launches_per_check += weight * static_cast<double>(most);
  }
  return result;
}

// How often a slowdown of `shift` on the log scale would have been found in the launches of identical code, slowed
// down by arithmetic.
double found_rate(const Series& identical, double shift, const Policy& policy) {
  std::mt19937_64 random(kSeed);
  Proportion found;
  for (std::size_t i = 0; i < kPlantedDraws; ++i) {
    Series slower = identical;
    slower.launches.clear();
    for (const std::size_t number : draw(identical.launches.size(), policy.max_launches, random)) {
      slower.launches.push_back(identical.launches[number]);
      slower.launches.back().log_ratio += shift;
    }
    const auto decisions = look_launch_by_launch(std::span(&slower, 1), policy, policy.family).decisions();
    count(found, decisions.front().verdict == Verdict::Regressed);
  }
  return rate(found);
}

std::optional<double> detectable(const Series& identical, const Policy& policy) {
  double low = identical.log_tolerance;
  double high = std::log(kHopeless);
  if (found_rate(identical, low, policy) >= 1 - policy.beta) return std::expm1(low);
  if (found_rate(identical, high, policy) < 1 - policy.beta) return std::nullopt;
  while (high / low > 1.02) {
    const double middle = std::sqrt(low * high);
    (found_rate(identical, middle, policy) >= 1 - policy.beta ? high : low) = middle;
  }
  return std::expm1(high);
}

double mean_change(const Effects& effects) {
  double sum = 0;
  for (const LaunchEffect& effect : effects) sum += effect.log_ratio;
  return std::expm1(sum / static_cast<double>(effects.size()));
}

void calibrate_identical(const CalibrationSeries& series, const Readings& readings, Calibration& calibration) {
  const Policy& policy = calibration.policy;
  const Resampled resampled = resample(readings, policy, kIdenticalDraws);
  calibration.launches = readings.launches;
  calibration.false_alarms = {failing_checks(readings, policy), resampled.failing};
  calibration.launches_per_check = resampled.launches_per_check;
  calibration.seconds_per_check =
      series.seconds / static_cast<double>(readings.launches) * resampled.launches_per_check;
  const std::vector<Series> whole = check_of(readings, consecutive(0, readings.launches), policy);
  std::size_t which = 0;
  for (const auto& [id, effects] : readings.effects) {
    CaseCalibration& one = calibration.cases.emplace_back();
    one.id = id;
    decide_in_turn(readings, which, policy, one.false_alarms.measured, one.held.measured);
    one.false_alarms.resampled = resampled.regressed[which];
    one.held.resampled = resampled.held[which];
    one.launches = resampled.launches[which];
    one.detectable = detectable(whole[which], policy);
    ++which;
  }
}

void calibrate_planted(const CalibrationSeries& series, const Readings& readings, Calibration& calibration) {
  Resampled resampled{{}, std::vector<Proportion>(readings.effects.size()), {}, {}, 0};
  if (readings.launches >= kFewestToDraw) resampled = resample(readings, calibration.policy, kPlantedDraws);
  std::size_t which = 0;
  for (const auto& [id, effects] : readings.effects) {
    Power power{series.planted_percent, mean_change(effects), {{}, resampled.regressed[which]}};
    Proportion held;
    decide_in_turn(readings, which, calibration.policy, power.found.measured, held);
    calibration.cases[which].power.push_back(power);
    ++which;
  }
}

}  // namespace

Calibration calibrate(std::span<const CalibrationSeries> series, const Policy& policy,
                      std::vector<std::string>& unusable) {
  std::map<std::string, std::string> troubles;
  std::map<double, std::pair<const CalibrationSeries*, Readings>> by_percent;  // ascending; 0 is the first
  for (const CalibrationSeries& one : series) by_percent[one.planted_percent] = {&one, read(one, policy, troubles)};
  for (const auto& [id, trouble] : troubles) {
    unusable.push_back(id + ": " + trouble);
    for (auto& [percent, pair] : by_percent) pair.second.effects.erase(id);
  }
  if (by_percent.empty() || by_percent.begin()->first > 0) throw Error("a calibration needs launches of identical code");
  const auto& [identical, readings] = by_percent.begin()->second;
  if (readings.launches < policy.min_launches)
    throw Error("a calibration needs at least " + std::to_string(policy.min_launches) +
                " launches of identical code, has " + std::to_string(readings.launches) + "; run it again to go on");
  if (readings.effects.empty())
    throw Error("no case can be calibrated" + (unusable.empty() ? "" : ": " + unusable.front()));
  Calibration calibration;
  calibration.policy = policy;
  calibration.policy.family = readings.effects.size();
  calibration.seed = kSeed;
  calibrate_identical(*identical, readings, calibration);
  for (const auto& [percent, pair] : by_percent) {
    if (percent > 0 && pair.second.launches > 0 && pair.second.effects.size() == calibration.cases.size())
      calibrate_planted(*pair.first, pair.second, calibration);
  }
  return calibration;
}

std::optional<std::string> untrustworthy(const CalibratedRate& rate_here, const Policy& policy) {
  const Proportion& seen = rate_here.false_alarms;
  if (clopper_pearson(seen, 0.95).low <= policy.alpha) return std::nullopt;
  return "calibrated on " + rate_here.made_at.substr(0, 10) + ", " + std::to_string(seen.hits) + " of " +
         std::to_string(seen.trials) +
         " checks of identical code failed on this machine, more than this gate promises: its failures are advice";
}

}  // namespace ratchet
