// "ratchet.verdict/1" and "ratchet.stats/1": what check, compare and stats print with --json. Written for other
// programs, so every threshold that the verdict rests on is in it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ratchet/verdict.h"

namespace ratchet::documents {

[[nodiscard]] std::string write(const CheckVerdict& check);

// `name` is the record's name for messages. CheckVerdict::decided is not in the document and comes back true.
[[nodiscard]] CheckVerdict read_verdict(std::string_view text, std::string_view name);

// Where two documents differ: one line for each JSON path, with the value there in the second. Empty: they are equal.
[[nodiscard]] std::vector<std::string> differences(std::string_view first, std::string_view second);

// What `ratchet replay` found ("ratchet.replay/1").
struct Replay {
  std::string verdict;  // uuid
  std::size_t cases = 0;  // that were judged again
  std::vector<std::string> differences;
};
[[nodiscard]] std::string write(const Replay& replay);

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
