// What the terminal and the Markdown report of a comparison table say in the same words.
#pragma once

#include <span>
#include <string>

#include "ratchet/matrix.h"

namespace ratchet::report {

// "tiled", or "pytorch_flash (imported from PyTorch 2.9)".
[[nodiscard]] std::string cell_name(const MatrixCell& cell, std::span<const MatrixSource> sources);
// "7.06 us [7.05, 7.09] us"; of no width: "7.06 us [7.06, 7.06] us (no width: tick 0.5 ns)".
[[nodiscard]] std::string latency_interval(const MatrixCell& cell);
[[nodiscard]] std::string flop_rate(const MatrixCell& cell);  // "361 TFLOP/s", "-" of a case without flops
// The same with the interval of the latency carried through: "361 [358, 363] TFLOP/s".
[[nodiscard]] std::string flop_rate_interval(const MatrixCell& cell);
[[nodiscard]] std::string bandwidth_interval(const MatrixCell& cell);
[[nodiscard]] std::string ceiling(const MatrixCell& cell);  // "41 % of arithmetic"; "-" where none binds or is known
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);  // "33.6 MB"
[[nodiscard]] std::string cv_text(double cv);               // "0.12 %"
[[nodiscard]] std::string ratio_text(double ratio, const Interval& interval);  // "1.083 [1.079, 1.088]"
// Of a cell against the fastest of its row: the pair's ratio turned so that the fastest is 1.
[[nodiscard]] std::string to_fastest(const MatrixRow& row, std::size_t cell);
// "winner: tiled", or why there is none.
[[nodiscard]] std::string conclusion(const MatrixRow& row, std::span<const MatrixSource> sources);
[[nodiscard]] std::string row_name(const MatrixRow& row);

}  // namespace ratchet::report
