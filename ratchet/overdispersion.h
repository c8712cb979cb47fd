// How much launches scatter compared with what their rounds told: the prior of the duet test. The rounds of a launch
// share its clocks and its memory, so alone they promise too much. What is missing is learnt, in this order, from the
// case's own past, and from all cases of today's check together. A ratio and not a variance, because a noisy day
// shows in the rounds too.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ratchet/policy.h"
#include "ratchet/run.h"

namespace ratchet {

// Variance between launches / mean variance that rounds told, and how many launches that belief is worth.
struct Overdispersion {
  double ratio = 1;
  double weight = 1;
  std::size_t launches = 0;  // of the past that it rests on
};

// By case id. A case that is absent has no history.
using Overdispersions = std::map<std::string, Overdispersion>;

[[nodiscard]] Overdispersion without_history(const Policy& policy);

// Of cases that are timed by process: nothing is believed, whatever the past, since nothing within a process tells what
// processes differ by today. Weight 0; the test is then the one of VariancePrior with weight 0.
inline constexpr Overdispersion kNothingBelieved{0, 0, 0};

// From earlier duets of one case on one device, each with launches of identical or of different code: scatter is around
// their own mean. Shrunk towards the policy's: (w r + sum of SS_j / v_j) / (w + sum of (k_j - 1)), where SS_j are the
// squares around the mean of duet j and v_j the mean variance of its launches. The weight grows with the launches seen,
// up to policy.max_prior_weight, because days differ. Launches that cannot be read are left out.
[[nodiscard]] Overdispersion overdispersion(std::span<const std::vector<DuetLaunch>> past, const Policy& policy);

// One case's share in today's evidence: its launches so far and the prior that they are held against.
struct Scatter {
  std::size_t launches = 0;  // at least 2
  double squares = 0;        // around the mean of the launches
  double prior_variance = 0;
};

// By how much all priors of a check are too small today: the median over the cases of (variance seen / prior variance),
// over the median that chance gives it. At least 1, and 1 for fewer than five cases, where a median says little.
[[nodiscard]] double inflation_today(std::span<const Scatter> cases);

}  // namespace ratchet
