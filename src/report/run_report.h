// A run as text: one line a case.
#pragma once

#include <string>

#include "ratchet/run.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string run_text(const Run& run, const Paint& paint);

}  // namespace ratchet::report
