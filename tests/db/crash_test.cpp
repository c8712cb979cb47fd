#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "db/merge.h"
#include "tests/db/child.h"
#include "tests/db/faulty_disk.h"
#include "tests/db/workload.h"

namespace ratchet::db {
namespace {

constexpr const char* kFile = "ratchet.db";

void run(const Workload& workload, std::size_t steps, const std::filesystem::path& file,
         const Acknowledgements& acknowledged) {
  Store store(file, Mode::ReadWrite);
  for (std::size_t i = 0; i < steps; ++i) {
    workload.step(i, store);
    acknowledged.add();
  }
}

// Creating the store and recording two runs, a verdict and two baselines with their modules, killed at one call.
// Whether the call was reached at all.
bool survives_kill_at(const Workload& workload, std::uint64_t call, Moment moment) {
  constexpr std::size_t kRecordings = 2;
  const Folder folder;
  Acknowledgements acknowledged;
  const int status = end_of(start([&] {
    FaultyDisk disk(folder.file(""));
    disk.kill_at(call, moment);
    run(workload, kRecordings, folder.file(kFile), acknowledged);
  }));
  CAPTURE(call);
  const std::size_t steps = acknowledged.count();
  CHECK_NOTHROW(require_whole(workload, folder.file(kFile), steps));
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  CHECK(status == 0);
  CHECK(steps == kRecordings);
  return false;
}

const Author kAuthor{"A <a@b>", "2026-02-01T00:00:00Z"};

// With a baseline, whose module is to be merged too.
void fill(const std::filesystem::path& file) {
  Recording recording = recording_of(a_run("run-two2", 'b'));
  recording.verdict = a_verdict("verdict-two2");
  Store store(file, Mode::ReadWrite);
  std::ofstream(file.parent_path() / "module.so") << "machine code";
  const std::string module = store.store_module(file.parent_path() / "module.so", kAuthor.now);
  recording.moves = {a_move(*recording.run, module, "set", 0)};
  store.record(recording);
}

// All of theirs or nothing, and once merged again no file that is not the store's.
void require_merged(const std::filesystem::path& ours, const std::filesystem::path& theirs) {
  {
    Store store(ours, Mode::ReadWrite);
    CHECK(store.find_run("run-one1"));
    CHECK(store.find_run("run-two2").has_value() == store.verdict("verdict-two2").has_value());
    CHECK(store.check().empty());
  }
  static_cast<void>(merge(ours, theirs, kAuthor));
  CHECK(Store(ours, Mode::ReadOnly).verdict("verdict-two2"));
  CHECK(Store(ours, Mode::ReadOnly).check().empty());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ours.parent_path())) {
    const std::string name = entry.path().filename();
    const bool is_known = name == kFile || name == std::string(kFile) + "-journal" || name == "modules";
    CHECK_MESSAGE((is_known || name.size() == 64), name);
  }
}

// Whether the call was reached at all.
bool merges_after_kill_at(const std::filesystem::path& theirs, std::uint64_t call, Moment moment) {
  const Folder folder;
  const int status = end_of(start([&] {
    FaultyDisk disk(folder.file(""));
    Store(folder.file(kFile), Mode::ReadWrite).record(recording_of(a_run("run-one1", 'a')));
    disk.kill_at(call, moment);
    static_cast<void>(merge(folder.file(kFile), theirs, kAuthor));
  }));
  CAPTURE(call);
  CHECK_NOTHROW(require_merged(folder.file(kFile), theirs));
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace

TEST_CASE("crash: killed before or after any call that changes the disk, nothing acknowledged is lost or half there") {
  const Workload workload;
  int kills = 0;
  for (const Moment moment : {Moment::Before, Moment::After}) {
    std::uint64_t call = moment == Moment::Before ? 1 : 2;
    for (; survives_kill_at(workload, call, moment); call += is_torture() ? 1 : 9) ++kills;
    CHECK(call > 150);  // the calls are really seen
  }
  MESSAGE(kills << " kills");
}

TEST_CASE("crash: killed at any time while recording, nothing acknowledged is lost or half there") {
  const Workload workload;
  const auto begin = std::chrono::steady_clock::now();
  {
    const Folder folder;
    Acknowledgements acknowledged;
    REQUIRE(end_of(start([&] { run(workload, workload.steps(), folder.file(kFile), acknowledged); })) == 0);
  }
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  std::mt19937_64 random(1);
  int killed = 0;
  const int rounds = is_torture() ? 1'000 : 40;
  for (int round = 0; round < rounds; ++round) {
    const Folder folder;
    Acknowledgements acknowledged;
    const pid_t child = start([&] {
      // Again and again in other places, so that the kill finds it at work.
      for (int i = 0;; ++i) {
        const std::string name = std::to_string(i) + "/" + kFile;
        run(workload, workload.steps(), folder.file(name), acknowledged);
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % static_cast<std::uint64_t>(2 * whole.count())));
    REQUIRE(kill(child, SIGKILL) == 0);
    if (const int status = end_of(child); WIFSIGNALED(status)) ++killed;
    std::size_t steps = acknowledged.count();
    for (int i = 0; steps > 0 || i == 0; ++i) {
      const std::size_t here = std::min(steps, workload.steps());
      CHECK_NOTHROW(require_whole(workload, folder.file(std::to_string(i) + "/" + kFile), here));
      steps -= here;
    }
  }
  CHECK(killed == rounds);
}

TEST_CASE("crash: a merge killed before or after any call brought all or nothing, and the next one leaves no file") {
  const Folder theirs;
  fill(theirs.file(kFile));
  int kills = 0;
  for (const Moment moment : {Moment::Before, Moment::After}) {
    std::uint64_t call = moment == Moment::Before ? 1 : 2;
    for (; merges_after_kill_at(theirs.file(kFile), call, moment); call += is_torture() ? 1 : 9) ++kills;
    CHECK(call > 50);  // the calls are really seen
  }
  MESSAGE(kills << " kills");
}

}  // namespace ratchet::db
