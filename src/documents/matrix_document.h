// "ratchet.matrix/1": a comparison table with the runs that it was made from. Reading takes the runs alone, so that a
// table is always what today's arithmetic makes of them and nobody can edit a winner into it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ratchet/matrix.h"

namespace ratchet::documents {

struct MatrixDocument {
  std::string command;                // that measured the sitting
  std::vector<MatrixSource> sources;  // the sitting first
};

// `matrix` is compare_all(document.sources).
[[nodiscard]] std::string write(const MatrixDocument& document, const Matrix& matrix);
// Error as read_run(), and without sources.
[[nodiscard]] MatrixDocument read_matrix(std::string_view text, std::string_view name);

}  // namespace ratchet::documents
