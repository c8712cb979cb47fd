// Backing up, and saving what can be read of a damaged file.
#include <csignal>

#include "tests/db/child.h"
#include "tests/db/workload.h"

namespace ratchet::db {
namespace {

constexpr std::size_t kPageBytes = 16'384;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void fill(const Workload& workload, const std::filesystem::path& file) {
  Store store(file, Mode::ReadWrite);
  for (std::size_t i = 0; i < workload.steps(); ++i) workload.step(i, store);
}

// Flips a bit in the root page of a table or an index.
void damage(const std::filesystem::path& file, const std::string& name) {
  std::size_t page = 0;
  {
    Connection connection(file, Mode::ReadOnly);
    Statement find(connection, "find a page", "SELECT rootpage FROM sqlite_schema WHERE name = ?");
    find.start(name);
    REQUIRE(find.step());
    page = static_cast<std::size_t>(find.integer(0));
  }
  std::string whole = content_of(file);
  whole[page * kPageBytes - 20] ^= 1;
  std::ofstream(file, std::ios::binary) << whole;
}

std::size_t files_in(const std::filesystem::path& folder) {
  using Iterator = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Iterator(folder), Iterator()));
}

}  // namespace

TEST_CASE("backup: the copy reads as the original, brings its modules, and leaves nothing else") {
  const Workload workload;
  const Folder folder;
  const Folder other;
  fill(workload, folder.file());
  Store(folder.file(), Mode::ReadOnly).back_up(other.file("copies/monday.db"));
  Store copy(other.file("copies/monday.db"), Mode::ReadOnly);
  CHECK(copy.check().empty());
  CHECK(everything_in(copy) == workload.after(workload.steps()));
  CHECK(copy.has_checksums());
  CHECK(files_in(other.file("copies")) == 2);  // monday.db and modules/
  CHECK(files_in(other.file("copies/modules")) == 2);
}

TEST_CASE("backup: a name that is taken and a damaged database are refused, and nothing appears") {
  const Workload workload;
  const Folder folder;
  const Folder other;
  fill(workload, folder.file());
  std::ofstream(other.file("taken.db")) << "mine";
  CHECK(
      says(fault_of([&] { Store(folder.file(), Mode::ReadOnly).back_up(other.file("taken.db")); }), "exists already"));
  CHECK(content_of(other.file("taken.db")) == "mine");
  damage(folder.file(), "acceptances");
  CHECK(says(fault_of([&] { Store(folder.file(), Mode::ReadOnly).back_up(other.file("new.db")); }), "checksum"));
  CHECK_FALSE(std::filesystem::exists(other.file("new.db")));
}

TEST_CASE("backup: made while others record, it is a whole number of their recordings") {
  const Folder folder;
  { const Store store(folder.file(), Mode::ReadWrite); }
  const pid_t child = start([&] {
    Store store(folder.file(), Mode::ReadWrite);
    for (int i = 0;; ++i) store.record(recording_of(a_run("run-" + std::to_string(100'000 + i))));
  });
  std::size_t before = 0;
  for (int i = 0; i < 5; ++i) {
    const auto file = folder.file("copy" + std::to_string(i) + ".db");
    Store(folder.file(), Mode::ReadOnly).back_up(file);
    Store copy(file, Mode::ReadOnly);
    const auto runs = copy.runs({});
    CHECK(runs.size() >= before);
    before = runs.size();
    for (const RunRow& run : runs) CHECK(run.cases == 2);
  }
  REQUIRE(kill(child, SIGKILL) == 0);
  static_cast<void>(end_of(child));
}

TEST_CASE("salvage: of a sound database nothing is missing, and it reads the same") {
  const Workload workload;
  const Folder folder;
  const Folder other;
  fill(workload, folder.file());
  Store store(folder.file(), Mode::ReadOnly);
  Store fresh(other.file(), Mode::ReadWrite);
  CHECK(store.salvage_into(fresh).empty());
  CHECK(fresh.check().empty());
  CHECK(everything_in(fresh) == workload.after(workload.steps()));
}

TEST_CASE("salvage: what lies on a damaged page is named, and all else is carried over") {
  struct Damage {
    std::string where;
    std::string missing;
  };
  const Workload workload;
  for (const Damage& of : {Damage{"samples", "run run-0001"},
                           {"duet_samples", "verdict verdict-0001"},
                           {"acceptances", "acceptances"},
                           {"calibration_samples", "calibration calibration-1"},
                           {"tunings", "tunings"},
                           {"sqlite_autoindex_verdicts_1", "the list of verdicts"}}) {
    CAPTURE(of.where);
    const Folder folder;
    const Folder other;
    fill(workload, folder.file());
    damage(folder.file(), of.where);
    Store store(folder.file(), Mode::ReadOnly);
    Store fresh(other.file(), Mode::ReadWrite);
    const std::vector<std::string> lost = store.salvage_into(fresh);
    REQUIRE_FALSE(lost.empty());
    CHECK(says(lost.front(), of.missing));
    CHECK(fresh.check().empty());
    CHECK(fresh.runs({}).size() == (of.where == "samples" ? 0 : 2));
    CHECK(fresh.baselines("NVIDIA L4").size() == (of.where == "samples" ? 0 : 1));
  }
}

TEST_CASE("salvage: a case of whose moves one is lost has no baseline, rather than an older one") {
  const Workload workload;
  const Folder other;
  {
    const Folder folder;
    fill(workload, folder.file());
    damage(folder.file(), "baselines");
    Store store(folder.file(), Mode::ReadOnly);
    Store fresh(other.file("a.db"), Mode::ReadWrite);
    CHECK(says(store.salvage_into(fresh).front(), "all baselines"));
    CHECK(fresh.baselines("NVIDIA L4").empty());
    CHECK(fresh.runs({}).size() == 2);
  }
  const Folder folder;
  fill(workload, folder.file());
  Store store(folder.file(), Mode::ReadOnly);
  std::filesystem::remove(store.module_file(store.baseline("copy/plain/n=1", "NVIDIA L4")->module_hash));
  Store fresh(other.file("b/b.db"), Mode::ReadWrite);
  const std::vector<std::string> lost = store.salvage_into(fresh);
  REQUIRE(lost.size() == 1);
  CHECK(says(lost.front(), "the baseline of copy/plain/n=1 on NVIDIA L4"));
  CHECK(says(lost.front(), "missing"));
  CHECK(fresh.baselines("NVIDIA L4").empty());
  REQUIRE(fresh.baseline_log("*").size() == 2);
  CHECK(fresh.baseline_log("*").back().reason == "salvaged without a later move");
}

}  // namespace ratchet::db
