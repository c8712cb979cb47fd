#include <chrono>
#include <csignal>
#include <thread>

#include "tests/db/child.h"
#include "tests/db/versions.h"
#include "tests/db/workload.h"

namespace ratchet::db {
namespace {

// Runs work(i) in a process each, all at once; their faults go to stderr and fail the test.
template <class Work>
void in_processes(int count, const Work& work) {
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) children.push_back(start([&] { work(i); }));
  for (const pid_t child : children) CHECK(end_of(child) == 0);
}

// Opens and reads again and again. Until it is migrated an old file is refused, and by nothing else.
int longest_wait_ms(const std::filesystem::path& file, int readings) {
  std::chrono::steady_clock::duration longest{};
  for (int i = 0; i < readings;) {
    const auto begin = std::chrono::steady_clock::now();
    try {
      Store store(file, Mode::ReadOnly);
      if (store.runs({.limit = 5}).empty() || !store.baseline("copy/plain/n=1", "NVIDIA L4")) throw Error("read nothing");
      ++i;
    } catch (const Error& fault) {
      if (std::string(fault.what()).find("its schema is version 1") == std::string::npos) throw;
    }
    longest = std::max(longest, std::chrono::steady_clock::now() - begin);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(longest).count());
}

}  // namespace

TEST_CASE("concurrency: processes that create the same database at once all succeed") {
  for (int round = 0; round < 8; ++round) {
    const Folder folder;
    in_processes(4, [&](int) { const Store store(folder.file(), Mode::ReadWrite); });
    Store store(folder.file(), Mode::ReadOnly);
    CHECK(store.check().empty());
  }
}

TEST_CASE("concurrency: four writers of twenty runs each lose none") {
  const Folder folder;
  in_processes(4, [&](int writer) {
    Store store(folder.file(), Mode::ReadWrite);
    for (int i = 0; i < 20; ++i) {
      store.record(recording_of(a_run("run-" + std::to_string(writer) + "-" + std::to_string(i))));
    }
  });
  Store store(folder.file(), Mode::ReadOnly);
  CHECK(store.runs({}).size() == 80);
  CHECK(store.history("copy/plain/n=1", {}).size() == 80);
  CHECK(store.check().empty());
}

TEST_CASE("concurrency: of writers that advance the same baseline at once, one wins and the others know") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  const std::string module = a_module(store, folder);
  const Run run = a_run("run-0001");
  Recording first = recording_of(run);
  first.moves = {a_move(run, module, "set", 0)};
  store.record(first);
  const auto replaces = store.baseline("copy/plain/n=1", "NVIDIA L4")->id;
  in_processes(4, [&](int writer) {
    Store mine(folder.file(), Mode::ReadWrite);
    const Run faster = a_run("run-1-" + std::to_string(writer));
    Recording recording = recording_of(faster);
    recording.moves = {a_move(faster, module, "advanced", replaces)};
    try {
      mine.record(recording);
    } catch (const StaleBaseline&) {
    }
  });
  CHECK(store.baseline_log("*").size() == 2);
  CHECK(store.runs({}).size() == 2);
}

TEST_CASE("concurrency: eight record, eight read and one migrates an old file at once; nothing is lost") {
  const Folder folder;
  put_version(1, folder.file());
  int gate[2];
  int waits[2];
  REQUIRE(pipe(gate) == 0);
  REQUIRE(pipe(waits) == 0);
  const int recordings = is_torture() ? 100 : 6;
  const int readings = is_torture() ? 400 : 20;
  const auto work = [&](int number) {
    char byte = 0;
    close(gate[1]);
    if (read(gate[0], &byte, 1) != 0) _exit(9);  // until every process stands here
    if (number == 16) const Store migrating(folder.file(), Mode::ReadWrite);
    if (number < 8) {
      Store store(folder.file(), Mode::ReadWrite);
      for (int i = 0; i < recordings; ++i)
        store.record(recording_of(a_run("new-" + std::to_string(number) + "-" + std::to_string(i))));
    }
    if (number < 8 || number == 16) return;
    const int longest_ms = longest_wait_ms(folder.file(), readings);
    if (write(waits[1], &longest_ms, sizeof longest_ms) != sizeof longest_ms) _exit(9);
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 17; ++i) children.push_back(start([&] { work(i); }));
  close(gate[0]);
  close(gate[1]);
  for (const pid_t child : children) CHECK(end_of(child) == 0);
  int longest_ms = 0;
  close(waits[1]);
  for (int one = 0; read(waits[0], &one, sizeof one) == sizeof one;) longest_ms = std::max(longest_ms, one);
  close(waits[0]);
  MESSAGE("the longest reading took " << longest_ms << " ms, opening included");
  if (is_torture()) CHECK(longest_ms < 1'000);  // a claim about an idle machine, and so not for every build
  Store store(folder.file(), Mode::ReadOnly);
  CHECK(store.runs({}).size() == 2 + 8 * static_cast<std::size_t>(recordings));
  CHECK(store.baseline("copy/plain/n=1", "NVIDIA L4")->run_uuid == "run-0002");
  CHECK(store.check(Examination::Quick).size() == 1);  // the module file, which is no part of the old database
}

TEST_CASE("concurrency: who waited in vain for the lock is told which process holds it") {
  const Folder folder;
  { const Store store(folder.file(), Mode::ReadWrite); }
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = start([&] {
    Connection holder(folder.file(), Mode::ReadWrite);
    const Transaction held(holder, "hold the lock");
    if (write(ready[1], "", 1) == 1) pause();
  });
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  Store store(folder.file(), Mode::ReadWrite, std::chrono::milliseconds(20));
  const std::string fault = fault_of([&] { store.record(recording_of(a_run("run-0001"))); });
  CHECK(says(fault, "now process " + std::to_string(child) + " (db_test): wait for it to end"));
  REQUIRE(kill(child, SIGKILL) == 0);
  static_cast<void>(end_of(child));
  CHECK_NOTHROW(store.record(recording_of(a_run("run-0001"))));
}

TEST_CASE(
    "concurrency: a writer killed at any moment loses no run that it was told is stored, and leaves no half one") {
  const Folder folder;
  for (int round = 0; round < 5; ++round) {
    int acknowledged[2];
    REQUIRE(pipe(acknowledged) == 0);
    const std::string prefix = "run-" + std::to_string(round) + "-";
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      Store store(folder.file(), Mode::ReadWrite);
      for (char i = 'a'; i <= 'z'; ++i) {
        store.record(recording_of(a_run(prefix + i)));
        if (write(acknowledged[1], &i, 1) != 1) _exit(1);
      }
      _exit(0);
    }
    close(acknowledged[1]);
    char last = 0;
    for (int i = 0; i <= round; ++i) REQUIRE(read(acknowledged[0], &last, 1) == 1);
    REQUIRE(kill(child, SIGKILL) == 0);
    close(acknowledged[0]);
    REQUIRE(waitpid(child, nullptr, 0) == child);
    Store store(folder.file(), Mode::ReadWrite);
    for (char i = 'a'; i <= last; ++i) CHECK(store.find_run(prefix + i)->measurements.size() == 2);
    CHECK(store.check().empty());
  }
}

}  // namespace ratchet::db
