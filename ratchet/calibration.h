// How well the gate works on the machine at hand, from launches whose truth is known: the same module on both sides, and
// the same with a planted slowdown. Decides by the very lines that a check decides by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ratchet/policy.h"
#include "ratchet/proportion.h"
#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

// Launches of one planted slowdown; 0 is identical code. Launch i of all cases was one launch: index i of each list.
struct CalibrationSeries {
  double planted_percent = 0;
  std::vector<Duet> duets;  // one a pair of modules
  double seconds = 0;       // of the clock on the wall, for all of its launches
};

// How often the right answer was found.
struct Found {
  Proportion measured;   // checks made of launches that followed each other; no launch is in two of them
  Proportion resampled;  // checks made by drawing from the same launches again and again: finer, and not independent;
                         // none of a slowdown with fewer than ten launches
};

// One point of a power curve.
struct Power {
  double planted_percent = 0;
  double change = 0;  // as measured over all launches, ratio: what was really planted
  Found found;        // regressed
};

struct CaseCalibration {
  std::string id;
  Found false_alarms;             // identical code called regressed
  Found held;                     // identical code called held
  double launches = 0;            // of identical code to a verdict, mean over resampled checks
  std::optional<double> detectable;  // smallest slowdown found with probability 1 - beta, ratio; resampled; none below 100 %
  std::vector<Power> power;       // ascending
};

struct Calibration {
  Policy policy;  // with the family
  std::uint64_t seed = 0;
  std::size_t launches = 0;  // of identical code
  Found false_alarms;        // checks of the whole suite with at least one case regressed
  double launches_per_check = 0;
  double seconds_per_check = 0;  // of the clock on the wall, of identical code
  std::vector<CaseCalibration> cases;
};

// series must hold one of 0 %. Cases that failed, or have launches that cannot be read, are left out and told by
// `unusable`. Throws Error when nothing is left, or when there are fewer than two launches of identical code.
[[nodiscard]] Calibration calibrate(std::span<const CalibrationSeries> series, const Policy& policy,
                                    std::vector<std::string>& unusable);

// Why a machine with this measured rate cannot fail a check: its rate is proven to exceed alpha (the 95 % interval of
// Clopper and Pearson lies above it); none when it may.
[[nodiscard]] std::optional<std::string> untrustworthy(const CalibratedRate& rate, const Policy& policy);

}  // namespace ratchet
