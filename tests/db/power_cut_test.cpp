#include <sqlite3.h>

#include "tests/db/faulty_disk.h"
#include "tests/db/workload.h"

namespace ratchet::db {
namespace {

constexpr std::uint64_t kSeed = 20'261'126;

// The whole workload on a recording disk, with each step acknowledged when it returned.
DiskRecord recorded(const Workload& workload, const std::filesystem::path& folder) {
  FaultyDisk disk(folder);
  Store store(folder / ".ratchet" / "ratchet.db", Mode::ReadWrite);
  for (std::size_t i = 0; i < workload.steps(); ++i) {
    workload.step(i, store);
    disk.acknowledge();
  }
  return disk.record();
}

struct Losses {
  int states = 0;
  int lost = 0;
  std::string first;
};

Losses cut_power(const Workload& workload, const DiskRecord& record, int states) {
  std::mt19937_64 random(kSeed);
  Losses losses;
  for (; losses.states < states; ++losses.states) {
    const std::size_t operation = random() % (record.size() + 1);
    const Folder left;
    record.after_power_cut(operation, random, left.file(""));
    const auto acknowledged = static_cast<std::size_t>(record.acknowledged_before(operation));
    try {
      require_whole(workload, left.file(".ratchet/ratchet.db"), acknowledged);
    } catch (const Error& fault) {
      if (losses.lost++ == 0) losses.first = "before operation " + std::to_string(operation) + ": " + fault.what();
    }
  }
  return losses;
}

// SQLite's own switch, turned behind the store's back: each new connection starts without syncs, and a later PRAGMA
// synchronous is not heard.
int never_sync(sqlite3* database, char** message, const sqlite3_api_routines*) {
  const auto deaf = [](void*, int action, const char* pragma, const char*, const char*, const char*) {
    return action == SQLITE_PRAGMA && std::string(pragma) == "synchronous" ? SQLITE_IGNORE : SQLITE_OK;
  };
  sqlite3_exec(database, "PRAGMA synchronous = OFF", nullptr, nullptr, message);
  return sqlite3_set_authorizer(database, deaf, nullptr);
}

}  // namespace

TEST_CASE("power cut: whatever was not synced, in any combination and torn, every acknowledged step is there whole") {
  const Workload workload;
  const Folder folder;
  const DiskRecord record = recorded(workload, folder.file(""));
  CHECK(record.size() > 150);  // the calls are really seen
  const Losses losses = cut_power(workload, record, is_torture() ? 4'000 : 400);
  MESSAGE(losses.states << " crash states of " << record.size() << " operations, " << losses.lost << " losses");
  CHECK_MESSAGE(losses.lost == 0, losses.first);
}

TEST_CASE("power cut: the same states find the losses of a store that does not sync") {
  const Workload workload;
  const Folder folder;
  using Entry = void (*)();
  REQUIRE(sqlite3_auto_extension(reinterpret_cast<Entry>(never_sync)) == SQLITE_OK);
  const DiskRecord record = recorded(workload, folder.file(""));
  sqlite3_cancel_auto_extension(reinterpret_cast<Entry>(never_sync));
  const Losses losses = cut_power(workload, record, is_torture() ? 4'000 : 100);
  MESSAGE(losses.states << " crash states of " << record.size() << " operations, " << losses.lost << " losses");
  CHECK(losses.lost > losses.states / 10);
}

}  // namespace ratchet::db
