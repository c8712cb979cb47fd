#include "ratchet/cusum.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "ratchet/error.h"

namespace ratchet {
namespace {

class Sum {
 public:
  // Adds one deviation and returns the sum; one that had reached the limit begins anew.
  double add(double deviation, const std::string& commit) {
    if (value_ >= kCusumLimit) value_ = 0;
    if (value_ <= 0) since_ = commit;
    value_ = std::max(0.0, value_ + deviation - kCusumAllowance);
    return value_;
  }
  [[nodiscard]] bool alarms() const { return value_ >= kCusumLimit; }
  [[nodiscard]] const std::string& since() const { return since_; }

 private:
  double value_ = 0;
  std::string since_;
};

}  // namespace

std::vector<CusumReading> cusum(std::span<const CusumPoint> points, double log_tolerance) {
  if (!(log_tolerance > 0) || !std::isfinite(log_tolerance)) throw Error("a CUSUM needs a tolerance above 0");
  std::vector<CusumReading> readings;
  Sum slower;
  Sum faster;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const CusumPoint& point = points[i];
    if (!std::isfinite(point.log_change) || !std::isfinite(point.standard_error) || point.standard_error < 0)
      throw Error("commit " + point.commit + ": its change is not a finite number with an error of 0 or more");
    if (i > 0 && point.baseline != points[i - 1].baseline) slower = faster = Sum();
    const double deviation = point.log_change / std::max(point.standard_error, kCusumLeastError * log_tolerance);
    CusumReading reading{slower.add(deviation, point.commit), faster.add(-deviation, point.commit), std::nullopt};
    if (slower.alarms()) reading.drift = Drift{slower.since(), true};
    if (faster.alarms()) reading.drift = Drift{faster.since(), false};
    readings.push_back(std::move(reading));
  }
  return readings;
}

double standard_error_of(const Interval& change, double confidence) {
  const double half_width = (std::log1p(change.high) - std::log1p(change.low)) / 2;
  return half_width / boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
}

}  // namespace ratchet
