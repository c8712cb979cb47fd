// The part of a merge that decides: two histories of one baseline become one.
#pragma once

#include <string>
#include <vector>

#include "db/merge.h"
#include "db/sqlite.h"

namespace ratchet::db {

// theirs: every move there, oldest first; their runs and modules are merged already. source names them in reasons.
void merge_baselines(Connection& connection, const std::vector<BaselineMove>& theirs, const std::string& source,
                     const Author& author, Merged& merged);

}  // namespace ratchet::db
