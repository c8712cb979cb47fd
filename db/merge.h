// Union of two databases, or of a database and a bundle: what one of them knows, both know afterwards. By the names
// that hold everywhere (uuid, sha, fingerprint), so that merging again changes nothing; what is recorded is never
// changed, and the same name with other content is refused, with nothing stored.
//
// A bundle is a database with the files of its baselines' modules in it: one file to carry from one machine to another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "db/records.h"

namespace ratchet::db {

// A (case, device model) whose baseline was moved on both sides.
struct BaselineConflict {
  BaselineMove ours;    // what stood here
  BaselineMove theirs;  // what stood there
  bool taken = false;   // theirs was tighter, and is the baseline now; one more move
};

struct Merged {
  std::uint64_t runs = 0;     // added, as all that follow
  std::uint64_t results = 0;  // of these, one a case
  std::uint64_t verdicts = 0;
  std::uint64_t calibrations = 0;
  std::uint64_t moves = 0;  // of baselines
  std::vector<BaselineConflict> conflicts;
};

// Who merges, for the audit.
struct Author {
  std::string actor;
  std::string now;  // RFC 3339
};

// True of what merge() reads: a file that begins as SQLite's do.
[[nodiscard]] bool is_database(const std::filesystem::path& file);

// Adds what `theirs`, a database of ratchet or a bundle, has and `ours` lacks; `ours` is made where there is none.
// `theirs` is only read, once, into a private copy beside ours, which is brought to this schema. One transaction: all
// or nothing. Throws Error.
Merged merge(const std::filesystem::path& ours, const std::filesystem::path& theirs, const Author& author);

// Writes a new file, never over another. since: RFC 3339, "" for everything; runs, verdicts and calibrations from then
// on, and always the baselines with their runs and modules.
Merged export_bundle(const std::filesystem::path& database, const std::filesystem::path& bundle,
                     const std::string& since, const Author& author);

}  // namespace ratchet::db
