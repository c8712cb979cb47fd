#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>

#include "tests/db/child.h"
#include "tests/db/faulty_disk.h"
#include "tests/db/workload.h"

namespace ratchet::db {
namespace {

// How the workload ended on a disk that fails: after so many steps, with this fault; "" when it did not.
struct Ending {
  std::size_t steps = 0;
  std::string fault;
};

Ending run(const Workload& workload, const std::filesystem::path& file) {
  Ending ending;
  try {
    Store store(file, Mode::ReadWrite);
    for (; ending.steps < workload.steps(); ++ending.steps) workload.step(ending.steps, store);
  } catch (const Error& fault) {
    ending.fault = fault.what();
  }
  return ending;
}

struct Failing {
  int error = 0;
  Spell spell = Spell::Once;
  Counting what = Counting::Changes;
};

// Whether the call was reached at all.
bool survives_fault_at(const Workload& workload, std::uint64_t call, const Failing& failing) {
  const Folder folder;
  FaultyDisk disk(folder.file(""));
  disk.fail_at(call, failing.error, failing.spell, failing.what);
  const Ending ending = run(workload, folder.file());
  const bool reached = disk.calls() >= call;
  disk.count(Counting::Changes);
  CAPTURE(call);
  CAPTURE(ending.fault);
  CHECK_NOTHROW(require_whole(workload, folder.file(), ending.steps));
  // The file, or the folder that has it.
  if (!ending.fault.empty()) CHECK(says(ending.fault, folder.file("x").parent_path().string()));
  CHECK((ending.steps == workload.steps()) == ending.fault.empty());
  return reached;
}

// Work that must fail in a process of its own, which may give up rights first: its fault, and the steps before it.
template <class Prepare>
void check_refused(const Workload& workload, const Folder& folder, const std::string& words, const Prepare& prepare) {
  Acknowledgements acknowledged;
  const int status = end_of(start([&] {
    prepare();
    const Ending ending = run(workload, folder.file());
    for (std::size_t i = 0; i < ending.steps; ++i) acknowledged.add();
    if (!says(ending.fault, words) || !says(ending.fault, folder.file().string())) throw Error(ending.fault);
  }));
  CHECK(status == 0);
  const std::size_t steps = acknowledged.count();
  CHECK(steps < workload.steps());
  CHECK_NOTHROW(require_whole(workload, folder.file(), steps));
}

std::int64_t most_pages = 0;

int few_pages(sqlite3* database, char** message, const sqlite3_api_routines*) {
  const std::string limit = "PRAGMA max_page_count = " + std::to_string(most_pages);
  return sqlite3_exec(database, limit.c_str(), nullptr, nullptr, message);
}

void become_nobody() {
  constexpr uid_t kNobody = 65'534;
  if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) _exit(8);
}

}  // namespace

TEST_CASE("disk fault: whichever call fails, once or for good, it is said and everything acknowledged is still there") {
  const Workload workload;
  int faults = 0;
  for (const Failing& failing : {Failing{ENOSPC, Spell::Once, Counting::Changes},
                                 {ENOSPC, Spell::ForGood, Counting::Changes},
                                 {EIO, Spell::Once, Counting::Everything},
                                 {EIO, Spell::ForGood, Counting::Everything}}) {
    CAPTURE(failing.error);
    std::uint64_t call = 1 + static_cast<std::uint64_t>(faults) % 3;
    for (; survives_fault_at(workload, call, failing); call += is_torture() ? 1 : 17) ++faults;
    CHECK(call > 300);  // the calls are really seen
  }
  MESSAGE(faults << " faults");
}

TEST_CASE("disk fault: a database that may not grow refuses the next recording and keeps the others") {
  const Workload workload;
  const Folder folder;
  { const Store store(folder.file(), Mode::ReadWrite); }
  most_pages = 1 + Connection(folder.file(), Mode::ReadOnly).number("count the pages", "PRAGMA page_count");
  using Entry = void (*)();
  REQUIRE(sqlite3_auto_extension(reinterpret_cast<Entry>(few_pages)) == SQLITE_OK);
  const Ending ending = run(workload, folder.file());
  sqlite3_cancel_auto_extension(reinterpret_cast<Entry>(few_pages));
  CHECK(says(ending.fault, "is full"));
  CHECK(says(ending.fault, "free space on the disk"));
  CHECK_NOTHROW(require_whole(workload, folder.file(), ending.steps));
}

TEST_CASE("disk fault: a limit on the size of files is said, and everything acknowledged is still there") {
  const Workload workload;
  const Folder folder;
  { const Store store(folder.file(), Mode::ReadWrite); }
  check_refused(workload, folder, "free space on the disk", [&] {
    const rlim_t bytes = std::filesystem::file_size(folder.file()) + 20'000;
    const rlimit limit{bytes, bytes};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(8);
  });
}

TEST_CASE("disk fault: a full file system is said, and everything acknowledged is still there") {
  const Workload workload;
  int full = 0;
  for (int kibibytes = 700; kibibytes <= 1'400; kibibytes += 50) {
    const Folder folder;
    CAPTURE(kibibytes);
    const int status = end_of(start([&] {
      // In a mount namespace of its own: it ends with the process.
      if (unshare(CLONE_NEWNS) != 0 || mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          mount("", folder.file("").c_str(), "tmpfs", 0, ("size=" + std::to_string(kibibytes) + "k").c_str()) != 0)
        _exit(77);
      const Ending ending = run(workload, folder.file());
      if (!ending.fault.empty() && !says(ending.fault, "free space on the disk") &&
          !says(ending.fault, "the space on the disk"))
        throw Error(ending.fault);
      if (ending.steps == 0) _exit(0);
      // Read-only: on a full disk there may be no room for what a writer needs.
      Store store(folder.file(), Mode::ReadOnly);
      if (!store.check().empty() || everything_in(store) != workload.after(ending.steps)) _exit(7);
      _exit(ending.fault.empty() ? 0 : 2);
    }));
    if (status == 77 << 8) {
      MESSAGE("SKIPPED: this user may not mount a tmpfs; root may");
      return;
    }
    CHECK((status == 0 || status == 2 << 8));
    if (status != 0) ++full;
  }
  CHECK(full > 0);
}

TEST_CASE("disk fault: a file, or a folder, that one may not write is refused and left as it is") {
  namespace fs = std::filesystem;
  const Workload workload;
  const Folder folder;
  {
    Store store(folder.file(), Mode::ReadWrite);
    workload.step(0, store);
  }
  fs::permissions(folder.file(""), fs::perms::others_all, fs::perm_options::add);
  fs::permissions(folder.file(), fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  const auto refused = [&](const std::string& words) {
    const int status = end_of(start([&] {
      become_nobody();
      const std::string fault = fault_of([&] {
        Store store(folder.file(), Mode::ReadWrite);
        workload.step(2, store);
      });
      if (!says(fault, words)) throw Error(fault);
      Store reader(folder.file(), Mode::ReadOnly);  // reading goes on
      if (everything_in(reader) != workload.after(1)) _exit(6);
    }));
    CHECK(status == 0);
  };
  refused("that you may read and write them");
  fs::permissions(folder.file(), fs::perms::owner_write | fs::perms::others_write, fs::perm_options::add);
  // Written by another user first: the database is shared, its journal is not. Its owner's own SQLite would mend it.
  if (geteuid() == 0)
    refused("-journal, which another user made");
  else
    MESSAGE("SKIPPED in part: only root can make another user's file");
  fs::remove(folder.file("ratchet.db-journal"));
  fs::permissions(folder.file(""),
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  refused("that you may read and write them");
  fs::permissions(folder.file(""), fs::perms::owner_all, fs::perm_options::add);
  CHECK(require_whole(workload, folder.file(), 1) == 1);
}

}  // namespace ratchet::db
