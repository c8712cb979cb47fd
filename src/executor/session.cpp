#include "src/executor/session.h"

#include <algorithm>
#include <map>

#include "ratchet/duet.h"
#include "ratchet/error.h"

namespace ratchet::executor {
namespace {

Launch launch_of(std::size_t number, const Settings& settings) {
  Launch launch;
  launch.warmup = settings.warmup;
  launch.rounds = settings.rounds;
  // The number of the launch is the seed of its order: launches differ, and measuring again measures in the same order.
  launch.seed = number + 1;
  launch.number = number;
  launch.inputs = settings.fresh_inputs ? number + 1 : 0;
  launch.case_timeout_s = settings.case_timeout_s;
  launch.handicaps = settings.handicaps;
  launch.lock_clocks_mhz = settings.lock_clocks_mhz;
  return launch;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void append_new(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const std::string& text : from) {
    if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
  }
}

// A check fails for the whole measurement when it failed in one launch; the worst error is kept.
void merge(std::optional<Check>& all, const std::optional<Check>& one) {
  if (!one) return;
  if (!all) {
    all = one;
    return;
  }
  all->verified = all->verified && one->verified;
  all->rel_l2 = std::max(all->rel_l2, one->rel_l2);
  all->row_error = std::max(all->row_error, one->row_error);
}

// A case that picks its kernels anew in each process is several cases, and no number of launches is enough for it.
template <class T>
void require_same_work(T& all, const T& one, const char* side, const std::string& before, const std::string& now) {
  if (all.launches.empty() || one.launches.empty() || before == now) return;
  all.failures.push_back({"module_error", side,
                          "launch " + std::to_string(all.launches.size()) + " did other work than those before it: " +
                              now + " instead of " + before});
}

void merge(DuetCase& all, const DuetCase& one) {
  require_same_work(all, one, "baseline", all.baseline_kernels, one.baseline_kernels);
  require_same_work(all, one, "candidate", all.facts.kernels, one.facts.kernels);
  append(all.launches, one.launches);
  append(all.failures, one.failures);
  append_new(all.warnings, one.warnings);
  merge(all.baseline_check, one.baseline_check);
  merge(all.candidate_check, one.candidate_check);
}

double mean_with(double mean, std::size_t count, double one) {
  return mean + (one - mean) / static_cast<double>(count + 1);
}

void merge(Measurement& all, const Measurement& one) {
  require_same_work(all, one, "", all.facts.kernels, one.facts.kernels);
  if (!one.launches.empty()) {
    all.sm_clock_mhz = mean_with(all.sm_clock_mhz, all.launches.size(), one.sm_clock_mhz);
    all.energy_j = mean_with(all.energy_j, all.launches.size(), one.energy_j);
  }
  append(all.launches, one.launches);
  append(all.failures, one.failures);
  append_new(all.warnings, one.warnings);
  merge(all.check, one.check);
}

const std::string& id_of(const DuetCase& one) { return one.facts.id; }
const std::string& id_of(const Measurement& one) { return one.facts.id; }

template <class T>
void merge_cases(std::vector<T>& all, const std::vector<T>& launch) {
  for (const T& one : launch) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const T& other) { return id_of(other) == id_of(one); });
    if (known == all.end()) {
      all.push_back(one);
    } else {
      merge(*known, one);
    }
  }
}

std::size_t measured_cases(const std::vector<Duet>& duets) {
  std::size_t count = 0;
  for (const Duet& duet : duets) {
    count += static_cast<std::size_t>(
        std::count_if(duet.cases.begin(), duet.cases.end(), [](const DuetCase& c) { return !c.launches.empty(); }));
  }
  return count;
}

}  // namespace

std::vector<Duet> measure_launch(Bench& bench, const std::vector<Pairing>& pairings, std::size_t number,
                                 const Settings& settings) {
  std::vector<Duet> duets;
  for (const Pairing& pairing : pairings) {
    Duet& duet = duets.emplace_back();
    if (!pairing.cases.empty()) {
      duet = bench.duet(
          {pairing.baseline_module, pairing.candidate_module, pairing.cases, launch_of(number, settings)});
    }
    duet.baseline = pairing.baseline;
    duet.candidate = pairing.candidate;
  }
  return duets;
}

void merge_launch(std::vector<Duet>& all, const std::vector<Duet>& launch) {
  all.resize(std::max(all.size(), launch.size()));
  for (std::size_t i = 0; i < launch.size(); ++i) {
    all[i].baseline = launch[i].baseline;
    all[i].candidate = launch[i].candidate;
    if (launch[i].environment) all[i].environment = launch[i].environment;
    merge_cases(all[i].cases, launch[i].cases);
    append(all[i].telemetry, launch[i].telemetry);
  }
}

Judged measure_until_decided(Bench& bench, const std::vector<Pairing>& pairings, Policy policy,
                             const Overdispersions& past, const Settings& settings, const OnLaunch& on_launch) {
  Judged judged;
  std::vector<Pairing> undecided = pairings;
  std::size_t cases = 0;
  for (const Pairing& pairing : pairings) cases += pairing.cases.size();
  std::size_t left = cases;
  for (std::size_t number = 0; number < policy.max_launches && left > 0; ++number) {
    on_launch(number + 1, cases - left, cases);
    merge_launch(judged.duets, measure_launch(bench, undecided, number, settings));
    if (number == 0) policy.family = std::max<std::size_t>(1, measured_cases(judged.duets));
    judged.verdicts = judge_duets(judged.duets, policy, past);
    std::map<std::string, bool> decided;
    for (const CaseVerdict& verdict : judged.verdicts) decided[verdict.id] = verdict.decided;
    left = 0;
    for (Pairing& pairing : undecided) {
      std::erase_if(pairing.cases, [&](const std::string& id) { return decided[id]; });
      left += pairing.cases.size();
    }
  }
  judged.policy = policy;
  return judged;
}

void measure_run_launch(Bench& bench, const Sitting& sitting, std::size_t number, const Settings& settings,
                        Run& so_far) {
  std::vector<Group> sound = sitting.groups;
  for (Group& group : sound) {
    std::erase_if(group, [&](const std::string& id) {
      return std::any_of(so_far.measurements.begin(), so_far.measurements.end(),
                         [&](const Measurement& m) { return m.facts.id == id && !m.failures.empty(); });
    });
  }
  std::erase_if(sound, [](const Group& group) { return group.empty(); });
  if (sound.empty()) return;
  const Run launch = bench.run({sitting.modules, sound, launch_of(number, settings)});
  so_far.environment = launch.environment;
  merge_cases(so_far.measurements, launch.measurements);
  append(so_far.telemetry, launch.telemetry);
}

Run measure_run(Bench& bench, const std::vector<Sitting>& sittings, std::size_t launches, const Settings& settings,
                const OnLaunch& on_launch) {
  Run run;
  std::size_t cases = 0;
  for (const Sitting& sitting : sittings) {
    for (const Group& group : sitting.groups) cases += group.size();
  }
  for (std::size_t number = 0; number < launches; ++number) {
    on_launch(number + 1, 0, cases);
    for (const Sitting& sitting : sittings) measure_run_launch(bench, sitting, number, settings, run);
  }
  return run;
}

}  // namespace ratchet::executor
