#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

constexpr const char* kCase = "copy/plain/n=1";
constexpr const char* kDevice = "NVIDIA L4";

void move(Store& store, const BaselineMove& move) {
  store.record({.run = {}, .summaries = {}, .verdict = {}, .moves = {move}});
}

BaselineMove retirement(std::int64_t replaces) {
  BaselineMove retired = a_move(Run{}, "", "retired", replaces);
  retired.reason = "the case is gone";
  retired.actor = "ada";
  return retired;
}

// A store with one recorded run and one module.
struct Ready {
  Folder folder;
  Store store{folder.file(), Mode::ReadWrite};
  Run run = a_run("run-0001");
  std::string module = a_module(store, folder);
  Ready() { store.record(recording_of(run)); }
  std::string fault(const BaselineMove& bad) {
    const std::string message = fault_of([&] { move(store, bad); });
    CHECK(store.baseline_log("*").empty());
    return message;
  }
};

}  // namespace

TEST_CASE("baselines: the newest move is the baseline, until it is retired") {
  Ready ready;
  Store& store = ready.store;
  CHECK_FALSE(store.baseline(kCase, kDevice));

  move(store, a_move(ready.run, ready.module, "set", 0));
  const auto first = store.baseline(kCase, kDevice).value();
  CHECK(first.kind == "set");
  CHECK(first.commit.sha == sha('a'));
  CHECK(first.commit.tree == sha('e'));
  CHECK(first.module_hash == ready.module);
  CHECK(first.run_uuid == "run-0001");
  CHECK(first.median_ns == 101);

  const Run faster = a_run("run-0002", 'c');
  Recording recording = recording_of(faster);
  recording.moves = {a_move(faster, ready.module, "advanced", first.id)};
  store.record(recording);  // run and move at once
  const auto second = store.baseline(kCase, kDevice).value();
  CHECK(second.commit.sha == sha('c'));
  CHECK(second.replaces == first.id);

  BaselineMove accepted = a_move(ready.run, ready.module, "accepted", second.id);
  accepted.reason = "needed for correctness";
  accepted.actor = "ada";
  move(store, accepted);
  const auto third = store.baseline(kCase, kDevice).value();
  CHECK(third.commit.sha == sha('a'));
  CHECK(third.reason == "needed for correctness");
  CHECK(store.baselines(kDevice).size() == 1);
  CHECK_FALSE(store.baseline(kCase, "NVIDIA H200"));

  move(store, retirement(third.id));
  CHECK_FALSE(store.baseline(kCase, kDevice));
  CHECK(store.baselines(kDevice).empty());
  move(store, a_move(ready.run, ready.module, "set", 0));
  CHECK(store.baseline(kCase, kDevice));

  const auto log = store.baseline_log("copy/*");
  REQUIRE(log.size() == 5);
  CHECK(log[3].kind == "retired");
  CHECK(log[3].commit.sha.empty());
  CHECK(store.baseline_log("add/*").empty());
  CHECK(store.check().empty());
}

TEST_CASE("baselines: a decision about a baseline that has moved since is refused, with all that came with it") {
  Ready ready;
  move(ready.store, a_move(ready.run, ready.module, "set", 0));
  const auto first = ready.store.baseline(kCase, kDevice)->id;
  move(ready.store, a_move(ready.run, ready.module, "advanced", first));
  const Run late = a_run("run-0002", 'c');
  Recording recording = recording_of(late);
  recording.moves = {a_move(late, ready.module, "advanced", first)};
  CHECK_THROWS_AS(ready.store.record(recording), StaleBaseline);
  CHECK_FALSE(ready.store.find_run("run-0002"));
  CHECK_THROWS_AS(move(ready.store, a_move(ready.run, ready.module, "set", 0)), StaleBaseline);
  CHECK(ready.store.baseline_log("*").size() == 2);
}

TEST_CASE("baselines: nothing moves on a dirty commit") {
  Ready ready;
  Run dirty = a_run("run-0002", 'c');
  dirty.commit.dirty = true;
  ready.store.record(recording_of(dirty));
  CHECK(says(ready.fault(a_move(dirty, ready.module, "set", 0)), "dirty"));
  BaselineMove lying = a_move(dirty, ready.module, "set", 0);
  lying.commit.dirty = false;  // the run knows better
  CHECK(says(ready.fault(lying), "dirty"));
}

TEST_CASE("baselines: nothing moves on an unverified, wrong or failed measurement") {
  Ready ready;
  const auto fault = [&](const std::string& uuid, const auto& change) {
    Run run = a_run(uuid);
    change(run.measurements[0]);
    ready.store.record(recording_of(run));
    return ready.fault(a_move(run, ready.module, "set", 0));
  };
  CHECK(says(fault("run-0002", [](Measurement& of) { of.check.reset(); }), "not checked against the reference"));
  CHECK(says(fault("run-0003", [](Measurement& of) { of.check->verified = false; }), "results are wrong"));
  CHECK(says(fault("run-0004", [](Measurement& of) { of.failures = {{"crashed", "", "signal 11"}}; }), "failed"));
  CHECK(says(fault("run-0005", [](Measurement& of) { of.launches.clear(); }), "has no measurement of it"));
}

TEST_CASE("baselines: nothing moves without its module file, unchanged") {
  Ready ready;
  CHECK(says(ready.fault(a_move(ready.run, std::string(64, 'a'), "set", 0)), "missing"));
  CHECK(says(ready.fault(a_move(ready.run, "", "set", 0)), "not a SHA-256"));
  const auto file = ready.store.module_file(ready.module);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::ofstream(file) << "tampered";
  CHECK(says(ready.fault(a_move(ready.run, ready.module, "set", 0)), "damaged"));
}

TEST_CASE("baselines: another commit of the measured tree holds the same code") {
  Ready ready;
  BaselineMove squashed = a_move(ready.run, ready.module, "set", 0);
  squashed.commit.sha = sha('f');
  move(ready.store, squashed);
  CHECK(ready.store.baseline(kCase, kDevice)->commit.sha == sha('f'));
}

TEST_CASE("baselines: a move must be what its evidence measured") {
  Ready ready;
  const auto fault = [&](const auto& change) {
    BaselineMove bad = a_move(ready.run, ready.module, "set", 0);
    change(bad);
    return ready.fault(bad);
  };
  CHECK(says(fault([](auto& m) { m.commit.sha = sha('f'), m.commit.tree = sha('d'); }), "measured at commit"));
  CHECK(says(fault([](auto& m) { m.commit.sha = sha('f'), m.commit.tree.clear(); }), "measured at commit"));
  CHECK(says(fault([](auto& m) { m.definition = "d2"; }), "another definition"));
  CHECK(says(fault([](auto& m) { m.device_name = "NVIDIA H200"; }), "measured on \"NVIDIA L4\""));
  CHECK(says(fault([](auto& m) { m.run_uuid = "run-0404"; }), "no measurement of it"));
  CHECK(says(fault([](auto& m) { m.run_uuid = ""; }), "neither a run nor a duet"));
  CHECK(says(fault([](auto& m) { m.moved_at = "later"; }), "moved_at"));
  CHECK(says(fault([](auto& m) { m.kind = "loosened"; }), "not moved"));
  CHECK(says(fault([](auto& m) { m.kind = "advanced"; }), "set it first"));
  CHECK(says(fault([](auto& m) { m.kind = "retired"; }), "set it first"));
  CHECK(says(fault([](auto& m) { m.ci_lo_ns = 1000; }), "CHECK constraint failed"));
}

TEST_CASE("baselines: loosening and retiring need a reason and a person") {
  Ready ready;
  move(ready.store, a_move(ready.run, ready.module, "set", 0));
  const auto first = ready.store.baseline(kCase, kDevice)->id;
  BaselineMove retired = retirement(first);
  retired.reason = "";
  CHECK(says(fault_of([&] { move(ready.store, retired); }), "loosening_needs_a_reason"));
  CHECK(says(fault_of([&] { move(ready.store, a_move(ready.run, ready.module, "accepted", first)); }),
             "loosening_needs_a_reason"));
}

TEST_CASE("baselines: the duet of the same recording is evidence too") {
  Ready ready;
  Recording recording;
  recording.verdict = a_verdict("verdict-1");
  recording.verdict->duets[0].candidate.module_hash = ready.module;
  BaselineMove by_duet = a_move(a_run(""), ready.module, "set", 0);
  recording.moves = {by_duet};
  CHECK(says(fault_of([&] { ready.store.record(recording); }), "failed in some launches"));
  recording.verdict->duets[0].cases[0].failures.clear();
  recording.verdict->duets[0].candidate.module_hash = std::string(64, 'f');
  CHECK(says(fault_of([&] { ready.store.record(recording); }), "the duet measured module"));
  recording.verdict->duets[0].candidate.module_hash = ready.module;
  ready.store.record(recording);
  CHECK(ready.store.baseline(kCase, kDevice)->run_uuid.empty());
}

TEST_CASE("baselines: moves cannot be changed or deleted afterwards, and a missing module is found") {
  Ready ready;
  move(ready.store, a_move(ready.run, ready.module, "set", 0));
  Connection connection(ready.folder.file(), Mode::ReadWrite);
  CHECK(says(fault_of([&] { connection.execute("tamper", "UPDATE baselines SET median_ns = 1000"); }), "append-only"));
  CHECK(says(fault_of([&] { connection.execute("tamper", "DELETE FROM baselines"); }), "append-only"));
  CHECK(says(fault_of([&] { connection.execute("tamper", "DELETE FROM runs"); }), "FOREIGN KEY"));
  std::filesystem::remove(ready.store.module_file(ready.module));
  const auto problems = ready.store.check();
  REQUIRE(problems.size() == 1);
  CHECK(says(problems[0], ready.module));
}

}  // namespace ratchet::db
