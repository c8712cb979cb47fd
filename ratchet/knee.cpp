#include "ratchet/knee.h"

#include <array>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <optional>
#include <vector>

namespace ratchet {
namespace {

constexpr std::size_t kFewest = 6;  // two lines have four parameters, and a test needs freedom
constexpr double kLevel = 0.01;
constexpr double kErrorOfLaw = 0.01;
constexpr double kLeastRise = 0.25;

struct Point {
  double x = 0;  // ln size
  double y = 0;  // ln time
};

struct Lines {
  double slope_below = 0;
  double slope_above = 0;
  double squares = 0;  // of what the fit leaves
};

// y = a + b x, by the normal equations around the means.
Lines one_line(const std::vector<Point>& points) {
  double mean_x = 0;
  double mean_y = 0;
  for (const Point& p : points) {
    mean_x += p.x / static_cast<double>(points.size());
    mean_y += p.y / static_cast<double>(points.size());
  }
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (const Point& p : points) {
    xx += (p.x - mean_x) * (p.x - mean_x);
    xy += (p.x - mean_x) * (p.y - mean_y);
    yy += (p.y - mean_y) * (p.y - mean_y);
  }
  return {xy / xx, xy / xx, std::max(0.0, yy - xy * xy / xx)};
}

// y = a + b min(x - h, 0) + c max(x - h, 0): lines that meet at h. Solved by Cramer's rule.
std::optional<Lines> two_lines(const std::vector<Point>& points, double h) {
  std::array<std::array<double, 3>, 3> m{};
  std::array<double, 3> v{};
  const auto basis = [&](const Point& p) {
    return std::array<double, 3>{1, std::min(p.x - h, 0.0), std::max(p.x - h, 0.0)};
  };
  for (const Point& p : points) {
    const auto f = basis(p);
    for (std::size_t i = 0; i < 3; ++i) {
      v[i] += f[i] * p.y;
      for (std::size_t j = 0; j < 3; ++j) m[i][j] += f[i] * f[j];
    }
  }
  const auto determinant = [](const std::array<std::array<double, 3>, 3>& a) {
    return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) - a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
           a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
  };
  const double whole = determinant(m);
  if (!(std::abs(whole) > 0)) return std::nullopt;
  std::array<double, 3> solved{};
  for (std::size_t column = 0; column < 3; ++column) {
    auto replaced = m;
    for (std::size_t i = 0; i < 3; ++i) replaced[i][column] = v[i];
    solved[column] = determinant(replaced) / whole;
  }
  Lines lines{solved[1], solved[2], 0};
  for (const Point& p : points) {
    const auto f = basis(p);
    const double left = p.y - solved[0] * f[0] - solved[1] * f[1] - solved[2] * f[2];
    lines.squares += left * left;
  }
  return lines;
}

}  // namespace

Knee find_knee(std::span<const SizedTime> points) {
  Knee knee;
  if (points.size() < kFewest) {
    knee.why = std::to_string(points.size()) + " sizes of at least " + std::to_string(kFewest);
    return knee;
  }
  std::vector<Point> logs;
  for (const SizedTime& p : points) logs.push_back({std::log(p.size), std::log(p.time_ns)});
  const Lines one = one_line(logs);
  knee.slope = one.slope_above;
  std::optional<Lines> best;
  for (std::size_t at = 2; at + 2 < points.size(); ++at) {
    const auto two = two_lines(logs, logs[at].x);
    if (!two || (best && two->squares >= best->squares)) continue;
    best = two;
    knee.size = points[at].size;
  }
  if (!best) {
    knee.why = "the sizes are equal";
    return knee;
  }
  knee.slope_below = best->slope_below;
  knee.slope_above = best->slope_above;
  const auto count = static_cast<double>(points.size());
  const double granted = count * kErrorOfLaw * kErrorOfLaw;
  const double f = (one.squares - best->squares) / 2 / ((best->squares + granted) / (count - 4));
  const double p = f > 0 ? boost::math::cdf(boost::math::complement(boost::math::fisher_f(2, count - 4), f)) : 1;
  if (p > kLevel) {
    knee.why = "one line fits as well as two";
  } else if (knee.slope_above - knee.slope_below < kLeastRise) {
    knee.why = "the growth does not rise";
  } else {
    knee.found = true;
  }
  return knee;
}

}  // namespace ratchet
