#include <csignal>

#include "tests/db/child.h"

namespace ratchet::db {
namespace {

// Runs work(i) in a process each, all at once; their faults go to stderr and fail the test.
template <class Work>
void in_processes(int count, const Work& work) {
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) children.push_back(start([&] { work(i); }));
  for (const pid_t child : children) CHECK(end_of(child) == 0);
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
  CHECK(store.runs(std::nullopt).size() == 80);
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
  CHECK(store.runs(std::nullopt).size() == 2);
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
