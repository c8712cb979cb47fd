// "ratchet.tuning/1": the races of a family's variants with every sample that they were decided from. Reading takes the
// samples alone and judges the races again, so that nobody can edit a winner into it.
#pragma once

#include <string>
#include <string_view>

#include "ratchet/tuning.h"

namespace ratchet::documents {

struct TuningDocument {
  std::string command;  // that measured it
  Tuning tuning;
};

[[nodiscard]] std::string write(const TuningDocument& document);
// Error as read_run(); without shapes or variants; and where a race holds a case that is none of its variants.
[[nodiscard]] TuningDocument read_tuning(std::string_view text, std::string_view name);

}  // namespace ratchet::documents
