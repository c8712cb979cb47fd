// Measures launch after launch: a run for a fixed number, a duet until every case is decided. It starts processes and
// collects; what the numbers mean is asked from ratchet/ after each launch.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ratchet/overdispersion.h"
#include "ratchet/policy.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"
#include "src/executor/bench.h"

namespace ratchet::executor {

struct Settings {
  int warmup = 20;
  int rounds = 101;
  double case_timeout_s = 60;
  std::vector<std::pair<std::string, double>> handicaps = {};  // glob of case ids -> percent
  unsigned lock_clocks_mhz = 0;                                // 0: the clock is left alone
  bool fresh_inputs = false;                                   // other ones in each launch, by its number
};

// Two modules and the cases for which the first one holds the baseline.
struct Pairing {
  std::filesystem::path baseline_module;
  std::filesystem::path candidate_module;
  DuetSide baseline;
  DuetSide candidate;
  std::vector<std::string> cases;
};

struct Judged {
  std::vector<Duet> duets;            // one a pairing, all launches
  std::vector<CaseVerdict> verdicts;  // of all pairings
  Policy policy;                      // with the family that was used: a replay needs it
};

// One launch of all cases of all pairings: one duet a pairing, empty where it has no case.
[[nodiscard]] std::vector<Duet> measure_launch(Bench& bench, const std::vector<Pairing>& pairings, std::size_t number,
                                               const Settings& settings);

// Appends a launch to those before it, pairing by pairing and case by case.
void merge_launch(std::vector<Duet>& all, const std::vector<Duet>& launch);

// Called before each launch: its number from 1, how many cases have their verdict, how many there are.
using OnLaunch = std::function<void(std::size_t launch, std::size_t decided, std::size_t cases)>;

// All pairings take part in each launch, undecided cases only; ends when all are decided, at policy.max_launches at the
// latest. The family is fixed after the first launch: the cases that could be measured. `past` as in judge_duets.
[[nodiscard]] Judged measure_until_decided(Bench& bench, const std::vector<Pairing>& pairings, Policy policy,
                                           const Overdispersions& past, const Settings& settings,
                                           const OnLaunch& on_launch);

// What one process measures.
struct Sitting {
  std::vector<std::filesystem::path> modules;
  std::vector<Group> groups;
};

// One launch, and what it adds to a run. Cases of `so_far` that failed are not measured again.
void measure_run_launch(Bench& bench, const Sitting& sitting, std::size_t number, const Settings& settings, Run& so_far);

// One run over several sittings, without uuid and commit. A case that failed is not measured again.
[[nodiscard]] Run measure_run(Bench& bench, const std::vector<Sitting>& sittings, std::size_t launches,
                              const Settings& settings, const OnLaunch& on_launch);

}  // namespace ratchet::executor
