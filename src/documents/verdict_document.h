// "ratchet.verdict/1" and "ratchet.stats/1": what check, compare and stats print with --json. Written for other
// programs, so every threshold that the verdict rests on is in it.
#pragma once

#include <span>
#include <string>

#include "ratchet/verdict.h"

namespace ratchet::documents {

[[nodiscard]] std::string write(const CheckVerdict& check);

// Of numbers in any one unit, at least one; the confidence is that of the median's interval.
struct Stats {
  std::size_t n = 0;
  double median = 0;
  Interval ci;
  double confidence = 0.95;
  double mean = 0;
  double cv = 0;  // standard deviation / mean
  double min = 0;
  double max = 0;
  double tick = 0;  // smallest step between two different values; 0 when all are equal
};
[[nodiscard]] std::string write(const Stats& stats);

}  // namespace ratchet::documents
