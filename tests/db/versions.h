// Databases as each version of the schema kept them: RATCHET_TEST_DATA/schemaN.sql, dumped from a file that a program
// of that version recorded.
#pragma once

#include "db/migrations.h"
#include "tests/db/fixture.h"

namespace ratchet::db {

// Not through the store, which would make the newest schema first.
inline void put_version(std::int64_t version, const std::filesystem::path& file) {
  std::ifstream in(std::string(RATCHET_TEST_DATA) + "/schema" + std::to_string(version) + ".sql");
  const std::string sql{std::istreambuf_iterator<char>(in), {}};
  REQUIRE_MESSAGE(sql.size() > 1000, "there is no database of version " << version << ": dump one");
  Connection(file, Mode::ReadWrite).execute("make an old database", sql.c_str());
}

}  // namespace ratchet::db
