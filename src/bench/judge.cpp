#include "src/bench/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratchet::bench {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

Check worst(const Check& a, const Check& b) {
  return {a.verified && b.verified, std::max(a.rel_l2, b.rel_l2), std::max(a.row_error, b.row_error)};
}

Check judge(const ratchet_buffer& buffer, const OutputErrors& errors) {
  if (buffer.count == 0 || errors.not_finite > 0 || errors.not_expected > 0) return {false, kInfinity, kInfinity};
  const double whole2 = errors.difference2 == 0 ? 0 : errors.difference2 / errors.expected2;
  Check check{true, std::sqrt(whole2), std::sqrt(errors.worst_row2)};
  check.verified = check.rel_l2 <= buffer.rel_l2_max && check.row_error <= buffer.row_error_max;
  return check;
}

std::optional<std::string> complaint(const ratchet_buffer& buffer, const OutputErrors& errors) {
  const Check check = judge(buffer, errors);
  if (check.verified) return std::nullopt;
  if (errors.not_expected > 0)
    return fmt::format("the reference of '{}' holds {} values that are not finite", buffer.name, errors.not_expected);
  if (errors.not_finite > 0)
    return fmt::format("'{}' holds {} values that are not finite or were never written", buffer.name,
                       errors.not_finite);
  return fmt::format("'{}' is off by rel_l2 {:.3g} (bound {:.3g}), worst row {:.3g} (bound {:.3g})", buffer.name,
                     check.rel_l2, buffer.rel_l2_max, check.row_error, buffer.row_error_max);
}

}  // namespace ratchet::bench
