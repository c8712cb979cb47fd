#include "ratchet/change_points.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <optional>
#include <string>

#include "ratchet/error.h"
#include "ratchet/statistics.h"

namespace ratchet {
namespace {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
};

// What the points of a stretch scatter by.
struct Scatter {
  double error = kLeastLogError;  // of one point
  double memory = 1;              // by which neighbours that err alike widen the error of a mean
};

void require_finite(std::span<const SeriesPoint> series, double false_rate) {
  if (!(false_rate > 0 && false_rate < 1)) throw Error("change points need a false rate between 0 and 1");
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!std::isfinite(series[i].log_value) || !std::isfinite(series[i].standard_error) || series[i].standard_error < 0)
      throw Error("point " + std::to_string(i) + ": its value is not a finite number with an error of 0 or more");
  }
}

// Half the mean square of the differences at a lag. A first look without the largest tenth, where the steps and the
// outliers are (0.6233 is what that leaves of the mean of a squared normal number), then all of them, each counted as
// three deviations at most: a mean of all knows twice as much as the trimmed one.
double half_square_difference(std::span<const double> values, std::size_t lag) {
  std::vector<double> squares;
  for (std::size_t i = lag; i < values.size(); ++i) {
    const double difference = values[i] - values[i - lag];
    squares.push_back(difference * difference);
  }
  std::sort(squares.begin(), squares.end());
  const double trimmed = mean(std::span(squares).first((squares.size() * 9 + 9) / 10)) / 0.6233;
  for (double& square : squares) square = std::min(square, 9 * trimmed);
  return mean(squares) / 2;
}

// First-order memory: differences of every second point exceed those of neighbours by 1 + rho. The standard error of
// rho is added, since too little memory is what makes false marks.
Scatter scatter_of(std::span<const double> values) {
  const double near = half_square_difference(values, 1);
  const double far = half_square_difference(values, 2);
  const double floor = kLeastLogError * kLeastLogError;
  if (near <= floor) return {};
  const double rho = std::clamp(far / near - 1 + 1 / std::sqrt(static_cast<double>(values.size())), 0.0, 0.9);
  return {std::sqrt(std::max(near / (1 - rho), floor)), std::sqrt((1 + rho) / (1 - rho))};
}

// Each value drawn to within three errors of the median of the five points around it (the outermost five at the ends).
// One or two wild commits become small; a level of kShortestLevel carries that median along.
std::vector<double> without_outliers(std::span<const double> values, double error) {
  constexpr std::size_t kAround = 2 * kShortestLevel - 1;
  std::vector<double> calm(values.begin(), values.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t begin = std::min(i < kAround / 2 ? 0 : i - kAround / 2, values.size() - kAround);
    const double middle = median(values.subspan(begin, kAround));
    calm[i] = std::clamp(values[i], middle - 3 * error, middle + 3 * error);
  }
  return calm;
}

// Stretches between the breaks.
std::vector<Span> stretches_of(std::span<const SeriesPoint> series) {
  std::vector<Span> stretches;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (i == 0 || series[i].breaks) stretches.push_back({i, i});
    stretches.back().end = i + 1;
  }
  return stretches;
}

// Overlapping intervals of every length from the whole down to two levels, each sqrt(2) times shorter: for every step
// one of them holds it and little else.
std::vector<Span> seeded_intervals(Span stretch) {
  std::vector<Span> intervals;
  const double whole = static_cast<double>(stretch.size());
  for (double length = whole; length >= 2.0 * kShortestLevel; length /= std::sqrt(2.0)) {
    const double count = length == whole ? 1 : 2 * std::ceil(whole / length) - 1;
    for (double i = 0; i < count; ++i) {
      const double begin = count == 1 ? 0 : i * (whole - length) / (count - 1);
      intervals.push_back(
          {stretch.begin + static_cast<std::size_t>(begin),
           stretch.begin + std::min(stretch.size(), static_cast<std::size_t>(std::ceil(begin + length)))});
    }
  }
  return intervals;
}

std::size_t splits_of(Span interval) { return interval.size() + 1 - 2 * kShortestLevel; }

struct Split {
  std::size_t at = 0;
  double score = 0;  // |difference of the levels| in its own errors
};

// One stretch, ready to be asked for levels: sums of the weights and of the weighted values up to each point.
class Stretch {
 public:
  Stretch(std::span<const SeriesPoint> series, Span span) : span_(span), weights_{0}, sums_{0} {
    std::vector<double> values;
    for (std::size_t i = span.begin; i < span.end; ++i) values.push_back(series[i].log_value);
    scatter_ = scatter_of(values);
    const std::vector<double> calm = without_outliers(values, scatter_.error);
    for (std::size_t i = 0; i < calm.size(); ++i) {
      const double error = std::max(scatter_.error, series[span.begin + i].standard_error);
      const double weight = 1 / (error * error);
      weights_.push_back(weights_.back() + weight);
      sums_.push_back(sums_.back() + weight * (calm[i] - values.front()));
    }
    origin_ = values.front();
  }

  [[nodiscard]] double level(Span part) const { return origin_ + sum(part) / weight(part); }

  [[nodiscard]] double score(Span interval, std::size_t at) const {
    const Span before{interval.begin, at};
    const Span after{at, interval.end};
    const double error = std::sqrt(1 / weight(before) + 1 / weight(after)) * scatter_.memory;
    return std::abs(level(after) - level(before)) / error;
  }

  [[nodiscard]] Split best(Span interval) const {
    Split best;
    for (std::size_t at = interval.begin + kShortestLevel; at + kShortestLevel <= interval.end; ++at) {
      const double one = score(interval, at);
      if (one > best.score) best = {at, one};
    }
    return best;
  }

  // The scatter was learned from the points themselves: half of them count, after the trimming.
  [[nodiscard]] boost::math::students_t law() const {
    return boost::math::students_t(std::max(1.0, static_cast<double>(span_.size() - 2) / 2));
  }

 private:
  [[nodiscard]] double weight(Span part) const {
    return weights_[part.end - span_.begin] - weights_[part.begin - span_.begin];
  }
  [[nodiscard]] double sum(Span part) const { return sums_[part.end - span_.begin] - sums_[part.begin - span_.begin]; }

  Span span_;
  Scatter scatter_;
  double origin_ = 0;
  std::vector<double> weights_;
  std::vector<double> sums_;
};

struct Found {
  Span interval;
  Split split;
};

// Steps of a stretch, clearest first: where the interval fits the two levels best.
std::vector<std::size_t> steps_of(const Stretch& stretch, const std::vector<Span>& intervals, double threshold) {
  std::vector<Found> clear;
  for (const Span& interval : intervals) {
    const Split split = stretch.best(interval);
    if (split.score > threshold) clear.push_back({interval, split});
  }
  std::stable_sort(clear.begin(), clear.end(),
                   [](const Found& a, const Found& b) { return a.split.score > b.split.score; });
  std::vector<std::size_t> steps;
  for (const Found& one : clear) {
    const bool explained = std::any_of(steps.begin(), steps.end(), [&](std::size_t step) {
      return one.interval.begin < step && step < one.interval.end;
    });
    if (!explained) steps.push_back(one.split.at);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

// Each step again between its neighbours: the interval that found it saw only a part of both levels.
void settle(const Stretch& stretch, Span span, std::vector<std::size_t>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Span between{i == 0 ? span.begin : steps[i - 1], i + 1 == steps.size() ? span.end : steps[i + 1]};
    if (const Split split = stretch.best(between); split.score > 0) steps[i] = split.at;
  }
}

}  // namespace

std::vector<ChangePoint> change_points(std::span<const SeriesPoint> series, double false_rate) {
  require_finite(series, false_rate);
  std::vector<Span> spans = stretches_of(series);
  std::erase_if(spans, [](const Span& span) { return span.size() < 2 * kShortestLevel; });
  std::vector<std::vector<Span>> intervals;
  double looks = 0;  // of either sign
  for (const Span& span : spans) {
    intervals.push_back(seeded_intervals(span));
    for (const Span& interval : intervals.back()) looks += 2 * static_cast<double>(splits_of(interval));
  }
  std::vector<ChangePoint> marks;
  for (std::size_t s = 0; s < spans.size(); ++s) {
    const Stretch stretch(series, spans[s]);
    const double threshold = boost::math::quantile(boost::math::complement(stretch.law(), false_rate / looks));
    std::vector<std::size_t> steps = steps_of(stretch, intervals[s], threshold);
    settle(stretch, spans[s], steps);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Span both{i == 0 ? spans[s].begin : steps[i - 1], i + 1 == steps.size() ? spans[s].end : steps[i + 1]};
      const double chance =
          looks * boost::math::cdf(boost::math::complement(stretch.law(), stretch.score(both, steps[i])));
      if (chance > false_rate) continue;
      marks.push_back({steps[i], stretch.level({both.begin, steps[i]}), stretch.level({steps[i], both.end}), chance});
    }
  }
  return marks;
}

}  // namespace ratchet
