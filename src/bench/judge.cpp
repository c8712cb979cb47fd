#include "src/bench/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratchet::bench {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double relative(double difference2, double expected2) {
  return difference2 == 0 ? 0 : std::sqrt(difference2 / expected2);
}

RowSums total(std::span<const RowSums> rows) {
  RowSums all;
  for (const RowSums& row : rows) {
    all.difference2 += row.difference2;
    all.expected2 += row.expected2;
    all.not_finite += row.not_finite;
    all.not_expected += row.not_expected;
  }
  return all;
}

}  // namespace

Check worst(const Check& a, const Check& b) {
  return {a.verified && b.verified, std::max(a.rel_l2, b.rel_l2), std::max(a.row_error, b.row_error)};
}

Check judge(const ratchet_buffer& buffer, std::span<const RowSums> rows) {
  const RowSums all = total(rows);
  if (rows.empty() || all.not_finite > 0 || all.not_expected > 0) return {false, kInfinity, kInfinity};
  Check check{true, relative(all.difference2, all.expected2), 0};
  for (const RowSums& row : rows) check.row_error = std::max(check.row_error, relative(row.difference2, row.expected2));
  check.verified = check.rel_l2 <= buffer.rel_l2_max && check.row_error <= buffer.row_error_max;
  return check;
}

std::optional<std::string> complaint(const ratchet_buffer& buffer, std::span<const RowSums> rows) {
  const Check check = judge(buffer, rows);
  if (check.verified) return std::nullopt;
  const RowSums all = total(rows);
  if (all.not_expected > 0)
    return fmt::format("the reference of '{}' holds {} values that are not finite", buffer.name, all.not_expected);
  if (all.not_finite > 0)
    return fmt::format("'{}' holds {} values that are not finite or were never written", buffer.name, all.not_finite);
  return fmt::format("'{}' is off by rel_l2 {:.3g} (bound {:.3g}), worst row {:.3g} (bound {:.3g})", buffer.name,
                     check.rel_l2, buffer.rel_l2_max, check.row_error, buffer.row_error_max);
}

}  // namespace ratchet::bench
