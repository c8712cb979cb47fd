// The time of one thing over the time of another, as launches tell it: on the logarithm, where a ratio is a difference
// and its inverse the same number turned around. What the tables that compare implementations share.
#pragma once

#include <span>
#include <vector>

#include "ratchet/run.h"

namespace ratchet {

// ln(second / first), its standard error and the degrees of freedom of that.
struct LogRatio {
  double mean = 0;
  double standard_error = 0;
  double freedom = 0;
};

// Logarithms of the medians of launches, in order.
[[nodiscard]] std::vector<double> logs_of(const Measurement& measured);

// Launch i of both was one launch: what it shares falls out. As many of each.
[[nodiscard]] LogRatio paired(std::span<const double> first, std::span<const double> second);
// Launches that know nothing of each other. Welch, Biometrika 34 (1947) 28.
[[nodiscard]] LogRatio unpaired(std::span<const double> first, std::span<const double> second);

// Half the width of Student's interval that a normal mean leaves on each side with probability `tail`; 0 where the
// launches say nothing about it (fewer than two, or all alike).
[[nodiscard]] double reach(const LogRatio& told, double tail);

}  // namespace ratchet
