// Which implementation is fastest, for each function that several compute: rows of cases that do the same work, every
// pair of a row compared, and a winner only where it is proven against all others at once. It must never compare two
// functions, two states of the cache or two devices.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ratchet/roofline.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

// Chance that any difference of the whole table is called proven while there is none.
inline constexpr double kMatrixAlpha = 0.01;

// What was measured in one sitting (the first source, whose label is empty), and runs of other harnesses.
struct MatrixSource {
  std::string label;
  Run run;
};

enum class Standing { Verified, Unverified, Failed, Unavailable };
[[nodiscard]] std::string to_string(Standing standing);

struct MatrixCell {
  std::string implementation;  // with the parameters that are its own: "split_keys shares=4"
  std::string id;
  std::size_t source = 0;
  Standing standing = Standing::Unverified;
  std::string why;       // failed or unavailable, in words
  bool apart = false;    // of another device, or too fast to be true, as `why` says: compared with nothing
  SideSummary summary;   // of a cell with times; the interval is the exact bootstrap over launches
  double launch_cv = 0;  // standard deviation / mean, over the medians of launches
  double round_cv = 0;   // within a launch; the median over launches
  double tick_ns = 0;    // the timer's, per call; 0 where unknown
  Rates rates;
  std::uint64_t peak_memory_bytes = 0;
  std::vector<std::string> warnings;

  [[nodiscard]] bool has_times() const { return summary.launches > 0; }
  [[nodiscard]] bool comparable() const {
    return has_times() && !apart && (standing == Standing::Verified || standing == Standing::Unverified);
  }
};

// Time of `second` over time of `first`.
struct MatrixPair {
  std::size_t first = 0;  // cells of the row
  std::size_t second = 0;
  bool paired = false;  // launch by launch, of one sitting; else launches of two that know nothing of each other
  double ratio = 1;
  Interval interval;    // all intervals of the table hold at once with probability 1 - alpha
  std::string trouble;  // why nothing can be proven of this pair; "" where it can
  // -1: the first one is proven faster, 1: the second, 0: neither.
  int faster = 0;
};

struct MatrixRow {
  std::string family;
  std::string shape;  // "B=32,H=8,..."
  std::string l2;
  std::uint64_t bytes = 0;
  std::uint64_t flops = 0;
  std::vector<MatrixCell> cells;
  std::vector<MatrixPair> pairs;       // of comparable cells
  std::optional<std::size_t> fastest;  // smallest median among the comparable: a choice for display, no claim
  std::optional<std::size_t> winner;   // verified, and proven faster than every other comparable cell
};

struct Matrix {
  std::vector<MatrixRow> rows;
  std::size_t comparisons = 0;  // pairs that share alpha
  double alpha = kMatrixAlpha;
  Ceilings ceilings;
  // Why the device was not fit, with the reading: then nothing is proven.
  std::optional<std::string> degraded;
};

// Error without sources.
[[nodiscard]] Matrix compare_all(std::span<const MatrixSource> sources);

// What a launch measures: a group a row, whose rounds take turns. In each launch another case of a row is prepared first,
// every second launch in reverse, since the order decides where a case's own memory lies.
[[nodiscard]] std::vector<std::vector<std::string>> in_turn(std::span<const CaseFacts> cases, std::size_t launch);

// Why two environments are not one sitting's, in words. What software an implementation brings is its own matter;
// device, driver and clock are not.
[[nodiscard]] std::optional<std::string> not_beside(const std::optional<Environment>& sitting,
                                                    const std::optional<Environment>& other);

}  // namespace ratchet
