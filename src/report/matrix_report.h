// A comparison table for people: on a terminal, as CSV, and as a Markdown report that stands alone. No interval is ever
// left out: one of no width is printed as it is, with the timer's tick.
#pragma once

#include <span>
#include <string>

#include "ratchet/matrix.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string matrix_text(const Matrix& matrix, std::span<const MatrixSource> sources, const Paint& paint);
// One line a cell, numbers unscaled with their units in the titles.
[[nodiscard]] std::string matrix_csv(const Matrix& matrix, std::span<const MatrixSource> sources);
// `command`: how to make it again.
[[nodiscard]] std::string matrix_markdown(const Matrix& matrix, std::span<const MatrixSource> sources,
                                          const std::string& command);

}  // namespace ratchet::report
