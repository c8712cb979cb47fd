// The looks of a check: after each launch, every case that is still open is held against the sequential test. Works on
// what launches say and knows no documents, so that a check, its calibration and its simulations decide by the same lines.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ratchet/launch_effect.h"
#include "ratchet/overdispersion.h"
#include "ratchet/policy.h"
#include "ratchet/sequential.h"
#include "ratchet/verdict.h"

namespace ratchet {

// One case: its launches in the order of measurement, and what they are held against.
struct Series {
  std::vector<LaunchEffect> launches;
  double log_tolerance = 0;
  Overdispersion prior;
};

struct Decision {
  Verdict verdict = Verdict::Inconclusive;  // held, improved, regressed, or inconclusive
  std::size_t launches = 0;                 // at the newest look
  bool decided = false;                     // by a look; else the launches ended
};

// Grows launch by launch: add() the next launch of every open case that has one, then look(). A case is closed by the
// first look that decides it, by a look for which it had no launch, and at policy.max_launches; what it measured later
// takes no part, not even in what today's noise is for the others.
class Looks {
 public:
  // Cases without launches; those that they come with are ignored. They share alpha with `family`.
  Looks(std::span<const Series> cases, const Policy& policy, std::size_t family);

  [[nodiscard]] bool is_open(std::size_t which) const { return states_[which].open; }
  [[nodiscard]] bool any_open() const;
  void add(std::size_t which, const LaunchEffect& launch);
  void look();

  // As if the launches ended now: a case that is proven not slower is held then.
  [[nodiscard]] std::vector<Decision> decisions() const;
  [[nodiscard]] double inflation() const { return inflation_; }  // of all priors, at the newest look

 private:
  struct State {
    Decision decision;
    bool open = true;
    bool not_slower = false;
    bool not_faster = false;
  };
  [[nodiscard]] double inflation_now() const;
  void decide(const Series& series, State& state) const;

  std::vector<Series> cases_;
  std::vector<State> states_;
  Policy policy_;
  std::size_t family_;
  double inflation_ = 1;
};

// All looks at launches that are there already.
[[nodiscard]] Looks look_launch_by_launch(std::span<const Series> cases, const Policy& policy, std::size_t family);

// The prior of the variance between launches, given what the rounds of the first `launches` told.
[[nodiscard]] VariancePrior prior_after(const Series& series, std::size_t launches, double inflation);

[[nodiscard]] std::vector<double> log_ratios(const Series& series, std::size_t launches);

}  // namespace ratchet
