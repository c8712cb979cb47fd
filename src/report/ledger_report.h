// What led up to a regression, as indented lines below the case that failed.
#pragma once

#include <string>

#include "ratchet/ledger.h"
#include "src/report/table.h"

namespace ratchet::report {

// Whole lines, each ending in a newline; "" when the candidate comes right after the baseline and there is nothing to
// tell. A long ledger is cut down to its largest steps, and says so.
[[nodiscard]] std::string ledger_text(const Ledger& ledger, const Paint& paint);

}  // namespace ratchet::report
