#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "db/migrations.h"
#include "db/page_checksums.h"
#include "tests/db/workload.h"

namespace ratchet::db {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The whole workload in small pages, so that every byte can be tried.
void put_small(const Workload& workload, const std::filesystem::path& file, int reserved) {
  sqlite3* opened = nullptr;
  REQUIRE(sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, checksummed_vfs()) == 0);
  REQUIRE(sqlite3_exec(opened, "PRAGMA page_size = 512", nullptr, nullptr, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_file_control(opened, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) == SQLITE_OK);
  const std::string owned = "PRAGMA application_id = " + std::to_string(kApplicationId);
  REQUIRE(sqlite3_exec(opened, owned.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(opened);
  Store store(file, Mode::ReadWrite);
  for (std::size_t i = 0; i < workload.steps(); ++i)
    if (i != 5) workload.step(i, store);  // that one is large and says nothing
}

enum class Reading { Same, Refused, Different };

// As the next command would, which may write.
Reading reading(const std::filesystem::path& file, const std::string& sound) {
  try {
    Store store(file, Mode::ReadWrite);
    return everything_in(store) == sound ? Reading::Same : Reading::Different;
  } catch (const Error&) {
    return Reading::Refused;
  }
}

struct Tally {
  int tried = 0;
  int refused = 0;
  int different = 0;
  int repaired = 0;
  std::size_t first = 0;  // byte that reads differently
};

// Flips a bit of every stride-th byte in turn.
Tally flip_bytes(const std::filesystem::path& file, std::size_t stride) {
  const std::string whole = content_of(file);
  Store store(file, Mode::ReadOnly);
  const std::string sound = everything_in(store);
  std::mt19937_64 random(7);
  Tally tally;
  const int opened = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  for (std::size_t at = 0; at < whole.size(); at += stride, ++tally.tried) {
    const char flipped = static_cast<char>(whole[at] ^ (1 << random() % 8));
    const auto put = [&](char byte) { REQUIRE(::pwrite(opened, &byte, 1, static_cast<off_t>(at)) == 1); };
    put(flipped);
    const Reading found = reading(file, sound);
    if (found == Reading::Refused) ++tally.refused;
    if (found == Reading::Different && tally.different++ == 0) tally.first = at;
    if (std::string now = content_of(file); now[at] != flipped || now.size() != whole.size()) ++tally.repaired;
    put(whole[at]);
  }
  ::close(opened);
  CHECK(content_of(file) == whole);
  return tally;
}

}  // namespace

TEST_CASE("corruption: with a bit flipped in any byte, the database is refused or reads as before, and is left alone") {
  const Workload workload;
  const Folder folder;
  put_small(workload, folder.file(), kChecksumBytes);
  const Tally tally = flip_bytes(folder.file(), is_torture() ? 1 : 211);
  MESSAGE(tally.tried << " bytes, " << tally.refused << " refused, " << tally.different << " read differently");
  CHECK_MESSAGE(tally.different == 0, "the first at byte " << tally.first);
  CHECK(tally.repaired == 0);
  CHECK(tally.refused > tally.tried / 2);
}

TEST_CASE("corruption: without checksums the same flips read as other numbers") {
  const Workload workload;
  const Folder folder;
  put_small(workload, folder.file(), 0);
  const Tally tally = flip_bytes(folder.file(), is_torture() ? 1 : 211);
  MESSAGE(tally.tried << " bytes, " << tally.refused << " refused, " << tally.different << " read differently");
  CHECK(tally.different > tally.tried / 20);
}

TEST_CASE("corruption: without checksums, what a damaged index names and does not find is named by a salvage") {
  const Workload workload;
  const Folder folder;
  put_small(workload, folder.file(), 0);
  const std::string whole = content_of(folder.file());
  int missing = 0;
  for (const std::string name : {"run-0001", "verdict-0001"}) {
    for (std::size_t at = whole.find(name); at != whole.npos; at = whole.find(name, at + 1)) {
      std::string damaged = whole;
      damaged[at] = 'z';  // behind all others, where it does not stand
      std::ofstream(folder.file(), std::ios::binary) << damaged;
      const Folder other;
      Store store(folder.file(), Mode::ReadOnly);
      Store fresh(other.file(), Mode::ReadWrite);
      const std::vector<std::string> lost = store.salvage_into(fresh);
      missing += std::any_of(lost.begin(), lost.end(), [](const auto& one) { return says(one, "does not find it"); });
    }
  }
  CHECK(missing > 0);
}

TEST_CASE("corruption: a file cut to any length is refused, and left alone") {
  const Workload workload;
  const Folder folder;
  put_small(workload, folder.file(), kChecksumBytes);
  const std::string whole = content_of(folder.file());
  std::string sound;
  {
    Store store(folder.file(), Mode::ReadOnly);
    sound = everything_in(store);
  }
  int tried = 0;
  // SQLite takes no bytes and one byte for a new database.
  for (std::size_t size = 0; size < whole.size(); size += is_torture() || size == 0 ? 1 : 419, ++tried) {
    std::ofstream(folder.file(), std::ios::binary) << whole.substr(0, size);
    CAPTURE(size);
    CHECK(reading(folder.file(), sound) == Reading::Refused);
    CHECK(std::filesystem::file_size(folder.file()) == size);
  }
  MESSAGE(tried << " lengths");
}

TEST_CASE("corruption: of a damaged page the error says so, and what to do") {
  const Folder folder;
  { const Store store(folder.file(), Mode::ReadWrite); }
  std::string whole = content_of(folder.file());
  whole[5 * 16'384 + 100] ^= 1;
  std::ofstream(folder.file(), std::ios::binary) << whole;
  Store store(folder.file(), Mode::ReadOnly);
  for (const Examination how : {Examination::Quick, Examination::Full}) {
    const std::vector<std::string> problems = store.check(how);
    REQUIRE_FALSE(problems.empty());
    CHECK(says(problems.front(), "Page 6"));
    CHECK(says(problems.front(), "the checksum of the page is wrong"));
    CHECK(says(problems.front(), "ratchet db salvage"));
  }
}

TEST_CASE("corruption: a database from before there were checksums is known as such") {
  const Workload workload;
  const Folder folder;
  put_small(workload, folder.file("old.db"), 0);
  CHECK_FALSE(Store(folder.file("old.db"), Mode::ReadWrite).has_checksums());
  { const Store store(folder.file("new.db"), Mode::ReadWrite); }
  CHECK(Store(folder.file("new.db"), Mode::ReadWrite).has_checksums());
  CHECK(Store(folder.file("new.db"), Mode::ReadOnly).has_checksums());
}

TEST_CASE("corruption: a database whose mark of checksums is gone is refused, not read unchecked") {
  const Folder folder;
  { const Store store(folder.file(), Mode::ReadWrite); }
  std::string whole = content_of(folder.file());
  REQUIRE(whole[20] == kChecksumBytes);
  whole[20] = 0;
  std::ofstream(folder.file(), std::ios::binary) << whole;
  CHECK(says(fault_of([&] { const Store store(folder.file(), Mode::ReadOnly); }), "the checksum of a page is wrong"));
}

}  // namespace ratchet::db
