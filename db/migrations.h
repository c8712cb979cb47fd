// The schema, as the list of steps that lead to it. A step that was ever released is never edited: a new one is
// appended. What each table and column means: db/schema.md.
#pragma once

#include <cstdint>

#include "db/sqlite.h"

namespace ratchet::db {

[[nodiscard]] std::int64_t newest_schema();

// Of the database's schema; refuses a newer one than this program knows.
[[nodiscard]] std::int64_t known_version(Connection& connection);

// Brings the database to the newest schema in one transaction, also when several processes try at once. Refuses a newer
// schema than this program knows; read-only, refuses an older one too, since it may not change it.
void migrate(Connection& connection);

}  // namespace ratchet::db
