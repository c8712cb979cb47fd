// Judgement of an output against its double-precision expectation: devices add up, this decides.
#pragma once

#include <optional>
#include <string>

#include "kernels/module.h"
#include "ratchet/run.h"

namespace ratchet::bench {

// Sums over an output. Elements that are not finite are counted and stay out of the sums.
struct OutputErrors {
  double difference2 = 0;   // of (output - expected)^2
  double expected2 = 0;     // of expected^2
  double not_finite = 0;    // outputs
  double not_expected = 0;  // expectations that are not finite: the reference itself is wrong
  double worst_row2 = 0;    // largest quotient of a row's two sums; 0 where a row is exact, infinite where it should be zero
};

// Worst of both. A Check starts as verified with no error.
[[nodiscard]] Check worst(const Check& a, const Check& b);

// Against the bounds of the buffer. An output or expectation that is not finite is never verified; its errors are
// infinite.
[[nodiscard]] Check judge(const ratchet_buffer& buffer, const OutputErrors& errors);

// Says what is wrong with the output, with the numbers; nothing when it is verified.
[[nodiscard]] std::optional<std::string> complaint(const ratchet_buffer& buffer, const OutputErrors& errors);

}  // namespace ratchet::bench
