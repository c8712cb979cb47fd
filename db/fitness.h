// What the store refuses before it takes a lock: data that a gate must never rest on. Every refusal names the run, the
// verdict or the case and what to do.
#pragma once

#include "db/records.h"

namespace ratchet::db {

void require_fit(const Run& run, const std::vector<Summary>& summaries);
void require_fit(const VerdictRecord& verdict);
// Each finite and not below zero.
void require_times(const std::vector<double>& times_ns, const std::string& what);

}  // namespace ratchet::db
