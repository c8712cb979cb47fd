// Moves of baselines as rows, for the verbs that read and add them: record and merge. Whether a move is right is judged
// by them, not here.
#pragma once

#include <string>
#include <vector>

#include "db/records.h"
#include "db/sqlite.h"

namespace ratchet::db {

// Oldest first, of the cases that match.
[[nodiscard]] std::vector<BaselineMove> moves_matching(Connection& connection, const std::string& case_glob);

// Refuses a move whose numbers its run, which must be recorded, does not bear out.
void require_run_evidence(Connection& connection, const BaselineMove& move);

// Returns the id given. Of `move`, id and since do not count.
std::int64_t insert_move(Connection& connection, const BaselineMove& move);

}  // namespace ratchet::db
