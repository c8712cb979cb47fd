// A run as text: one line a case.
#pragma once

#include <string>

#include "ratchet/run.h"
#include "src/report/table.h"

namespace ratchet::report {

// What was measured, when, where and by what, a line each; what is unknown is left out.
[[nodiscard]] std::string run_head(const Run& run);

[[nodiscard]] std::string run_text(const Run& run, const Paint& paint);

}  // namespace ratchet::report
