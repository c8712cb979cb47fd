// The part of a merge that SQL does: rows of the attached database `theirs` that ours lacks, under numbers of ours.
#pragma once

#include "db/merge.h"
#include "db/sqlite.h"

namespace ratchet::db {

// Within a transaction, with `theirs` attached at the newest schema. Everything but baselines. since: as in
// export_bundle(). Throws Error naming what is known with other content.
void merge_rows(Connection& connection, const std::string& since, Merged& merged);

}  // namespace ratchet::db
