// Where latency against size turns: the size from which it grows by its asymptotic law, and below which something else,
// such as launching or an empty device, is paid. Two straight lines on log-log against one, and no knee unless the
// data show it.
#pragma once

#include <span>
#include <string>

namespace ratchet {

struct SizedTime {
  double size = 0;
  double time_ns = 0;
};

struct Knee {
  bool found = false;
  std::string why;        // not found: what the data lack
  double size = 0;        // a measured one: the two lines meet there
  double slope_below = 0;  // of log time over log size: 0 is flat, 1 linear, 2 quadratic
  double slope_above = 0;
  double slope = 0;  // of the one line that all points would lie on
};

// `points` by rising size, times above 0. Continuous lines that meet at a measured size with at least two points on
// either side of it, fitted by least squares; a knee is found when they fit better than one line by an F test at 1 %
// (two more parameters; an error of 1 % in time is granted to the law itself, so that noiseless data do not make a knee
// of every curvature) and the slope rises by at least a quarter.
[[nodiscard]] Knee find_knee(std::span<const SizedTime> points);

}  // namespace ratchet
