// Judgement of an output against its double-precision expectation: devices add up each row, this decides over all rows.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "kernels/module.h"
#include "ratchet/run.h"

namespace ratchet::bench {

// Sums over one row. Elements that are not finite are counted and stay out of the sums.
struct RowSums {
  double difference2 = 0;   // of (output - expected)^2
  double expected2 = 0;     // of expected^2
  double not_finite = 0;    // outputs
  double not_expected = 0;  // expectations that are not finite: the reference itself is wrong
};

// Worst of both. A Check starts as verified with no error.
[[nodiscard]] Check worst(const Check& a, const Check& b);

// Against the bounds of the buffer. An output or expectation that is not finite is never verified; its errors are
// infinite.
[[nodiscard]] Check judge(const ratchet_buffer& buffer, std::span<const RowSums> rows);

// Says what is wrong with the output, with the numbers; nothing when it is verified.
[[nodiscard]] std::optional<std::string> complaint(const ratchet_buffer& buffer, std::span<const RowSums> rows);

}  // namespace ratchet::bench
