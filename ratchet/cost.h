// What a latency costs: hours of the device and money, with the interval of the latency carried through; and what a
// change saves, only where it is proven and is a change of the same function. Proportional to the latency and nothing
// else: queues, idle devices and batches are not in it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ratchet/matrix.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

struct Demand {
  double requests_per_day = 0;  // a request is one call of the case
  double price_per_hour = 0;    // of one device
};

struct Estimate {
  double value = 0;
  Interval interval;
};

inline constexpr double kDaysPerYear = 365.25;
inline constexpr double kMonthsPerYear = 12;

struct Cost {
  Estimate device_hours_per_day;
  Estimate per_day;
  Estimate per_month;
  Estimate per_year;
};

struct CostLine {
  std::string name;
  std::string function;                 // what it computes, of a table's row; "" of a run
  std::optional<SideSummary> measured;  // none: `why` says so
  std::optional<Cost> cost;
  // Against the baseline: negative where it costs more. Only of a proven change of the same function.
  std::optional<Cost> saving;
  std::string why;  // there is no cost, or no saving is claimed
};

[[nodiscard]] Cost cost_of(const SideSummary& measured, const Demand& demand);

// `change` is candidate / baseline - 1 in latency. All corners of both intervals are in the result's.
[[nodiscard]] Cost saving_of(const SideSummary& baseline, double change, const Interval& change_interval,
                             const Demand& demand);

[[nodiscard]] std::vector<CostLine> costs_of(const Run& run, const Demand& demand);

// `verdicts` of judge_stored(baseline, candidate); `unfit`: why the machine proves nothing.
[[nodiscard]] std::vector<CostLine> costs_beside(const Run& baseline, const Run& candidate,
                                                 std::span<const CaseVerdict> verdicts,
                                                 const std::optional<std::string>& unfit, const Demand& demand);

// `against`: the implementation (as a column is named) that others are held against; "" for none. Error when no row has
// it.
[[nodiscard]] std::vector<CostLine> costs_of(const Matrix& matrix, const std::string& against, const Demand& demand);

}  // namespace ratchet
