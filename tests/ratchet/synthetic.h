// Made-up measurements for the tests of the deciding room: seeded, plain, and small enough to reason about. Never a
// substitute for real noise; that is h200_test.cpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ratchet/duet.h"
#include "ratchet/run.h"

namespace ratchet::synthetic {

inline constexpr std::size_t kRounds = 101;

// Relative spreads: of a round (one side's time), and of a launch (the whole launch's ratio).
struct Noise {
  double round = 0.001;
  double launch = 0.0001;
};

// The candidate's times are exp(shift) times the baseline's, in the mean of many launches.
inline DuetLaunch launch(double shift, const Noise& noise, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  const double offset = noise.launch * normal(random);
  DuetLaunch made;
  for (std::size_t i = 0; i < kRounds; ++i) {
    made.baseline_ns.push_back(20000 * std::exp(noise.round * normal(random)));
    made.candidate_ns.push_back(20000 * std::exp(shift + offset + noise.round * normal(random)));
  }
  return made;
}

inline DuetCase duet_case(const std::string& id, double slowdown, std::size_t launches, std::uint64_t seed,
                          const Noise& noise = {}) {
  std::mt19937_64 random(seed);
  DuetCase made;
  made.facts.id = id;
  for (std::size_t i = 0; i < launches; ++i) made.launches.push_back(launch(std::log1p(slowdown), noise, random));
  return made;
}

inline Environment h200() {
  Environment environment;
  environment.device.kind = "cuda";
  environment.device.name = "NVIDIA H200";
  environment.device.compute_capability = "9.0";
  environment.device.l2_bytes = 50 << 20;
  environment.device.peak_bandwidth_bytes_per_s = 4.8e12;
  environment.driver = "580.159.04";
  environment.cuda_runtime = "13.0";
  environment.clock_policy = "default";
  environment.timer_tick_ns = 1;
  return environment;
}

inline Duet duet(std::vector<DuetCase> cases) {
  Duet made;
  made.environment = h200();
  made.cases = std::move(cases);
  return made;
}

inline CaseVerdict judge(DuetCase measured, const Policy& policy = {}) {
  return judge_duet(duet({std::move(measured)}), policy).front();
}

// Launches of one side whose medians are exactly these: each has eleven samples around it.
inline Measurement measurement(const std::string& id, const std::vector<double>& medians_ns) {
  Measurement made;
  made.facts.id = id;
  made.check = Check{true, 0, 0};
  for (const double m : medians_ns) {
    made.launches.push_back({m});
    for (const double off : {0.01, 0.012, 0.015, 0.018, 0.02}) {
      made.launches.back().push_back((1 - off) * m);
      made.launches.back().push_back((1 + off) * m);
    }
  }
  return made;
}

inline Run run(std::vector<Measurement> measurements) {
  Run made;
  made.environment = h200();
  made.measurements = std::move(measurements);
  return made;
}

}  // namespace ratchet::synthetic
