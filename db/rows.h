// The rows that runs, verdicts and baselines share: commits, environments and cases are kept once and referred to by
// id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/records.h"
#include "db/sqlite.h"
#include "ratchet/run.h"

namespace ratchet::db {

// Each finds the row or adds it. A commit's subject, time and parents are filled in when they become known later.
std::int64_t put_commit(Connection& connection, const Commit& commit);
std::int64_t put_environment(Connection& connection, const Environment& environment);
std::int64_t put_case(Connection& connection, const std::string& name);

[[nodiscard]] Commit load_commit(Connection& connection, std::int64_t id);
[[nodiscard]] Environment load_environment(Connection& connection, std::int64_t id);

// The columns sha, tree, dirty, subject, time.
[[nodiscard]] Commit read_commit(Row& row);

// Refuses, with BadTime, what SQLite's date functions and RFC 3339 do not both read. what: "run 12ab: started_at".
void require_time(Connection& connection, const std::string& text, const std::string& what);

void require_times(Connection& connection, const HistoryFilter& filter);

// For LIMIT: none is -1.
[[nodiscard]] std::int64_t limit_of(std::optional<std::uint64_t> limit);

// A shorter one would name anything, an empty one everything.
void require_prefix(const std::string& prefix);

}  // namespace ratchet::db
