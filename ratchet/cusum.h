// A cumulative sum over the commits of the main line, each measured beside the same baseline: finds a drift or a small
// lasting step that no single commit proves, some commits later. It watches and never judges: no verdict and no exit
// code depends on it. Pure arithmetic; who orders the commits and picks their measurements is the caller.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ratchet/statistics.h"

namespace ratchet {

struct CusumPoint {
  std::string commit;
  std::string baseline;       // the anchor; where another one begins, so do the sums
  double log_change = 0;      // ln(candidate / baseline)
  double standard_error = 0;  // of it; 0 or more
};

struct Drift {
  std::string since;  // the commit at which the sum last left 0: where the change probably began
  bool slower = true;
};

struct CusumReading {
  double slower = 0;  // the sums after this commit; from kCusumLimit on an alarm, after which that sum begins at 0
  double faster = 0;
  std::optional<Drift> drift;
};

// Page's sums (Biometrika 41 (1954) 100), one for each direction, of z = log_change / max(standard_error,
// kCusumLeastError * log_tolerance): S = max(0, S + z - kCusumAllowance). With standard normal z a sum of unchanged
// code reaches the limit once in about 19,000 commits. The least error keeps a quiet device from finding what nobody
// cares for: a lasting step is seen from about a tenth of the tolerance on.
inline constexpr double kCusumAllowance = 0.5;
inline constexpr double kCusumLimit = 8;
inline constexpr double kCusumLeastError = 0.2;

// One reading a point; points in the order of the commits, log_tolerance above 0. Error for a number that is not
// finite.
[[nodiscard]] std::vector<CusumReading> cusum(std::span<const CusumPoint> points, double log_tolerance);

// Standard error of ln(1 + change), from the interval of the change at its confidence, as verdicts show it. The
// interval is Student's and its degrees of freedom are not kept, so its half width is divided by the normal quantile:
// too large by 21 % for 7 degrees of freedom (two launches), never too small. That errs towards silence: one alarm in
// 400,000 commits of two launches and in 33,000 of ten, and one in 3,200 and 4,900 where launches scatter with twice
// the variance believed (tests/ratchet/rates_cusum_test.cpp).
[[nodiscard]] double standard_error_of(const Interval& change, double confidence);

}  // namespace ratchet
