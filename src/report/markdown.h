// The parts that our Markdown reports share.
#pragma once

#include <string>
#include <vector>

#include "ratchet/roofline.h"
#include "ratchet/run.h"

namespace ratchet::report {

// A row of a table. Control characters are shown as '?', bars are escaped.
[[nodiscard]] std::string line_of(const std::vector<std::string>& cells);
// The first row and the rule under it; the first column is to the left, the others as `alignment`: " --- |" or " ---: |".
[[nodiscard]] std::string heading(const std::vector<std::string>& titles, const char* alignment);
// Tool, commit, device, software, clocks and timer of a run; ceilings where they are known.
[[nodiscard]] std::string environment_text(const Run& run, const std::string& title, const Ceilings& ceilings);

}  // namespace ratchet::report
