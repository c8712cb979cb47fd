#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

const std::string kCase = "copy/plain/n=1";

// The verdict of the fixture, without what keeps its duet from counting.
VerdictRecord sound_verdict(const std::string& uuid) {
  VerdictRecord verdict = a_verdict(uuid);
  verdict.duets[0].cases[0].failures.clear();
  verdict.duets[0].cases[0].baseline_definition = "d1";
  return verdict;
}

void record(Store& store, const VerdictRecord& verdict) {
  store.record({.run = std::nullopt, .summaries = {}, .verdict = verdict, .moves = {}});
}

std::vector<Session> sessions(Store& store, std::size_t newest = 100) {
  auto found = store.sessions(kCase, an_environment(), newest);
  std::sort(found.begin(), found.end(), [](const Session& a, const Session& b) {
    return std::tie(a.code, a.launch_medians_ns) < std::tie(b.code, b.launch_medians_ns);
  });
  return found;
}

}  // namespace

TEST_CASE("store: a run is a session of its commit, by the medians of its launches") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  store.record(recording_of(a_run("run-1", 'a')));
  store.record(recording_of(a_run("run-2", 'a')));
  store.record(recording_of(a_run("run-3", 'b')));
  const auto found = sessions(store);
  REQUIRE(found.size() == 3);
  CHECK(found[0].code == sha('a') + "|d1|cold");
  CHECK(found[1].code == found[0].code);
  CHECK(found[2].code == sha('b') + "|d1|cold");
  CHECK(found[0].launch_medians_ns == std::vector<double>{100, 102});
  CHECK(store.sessions("no/such/n=1", an_environment(), 100).empty());
}

TEST_CASE("store: each arm of a duet is a session, of its module where that is known") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  record(store, sound_verdict("verdict-1"));
  const auto found = sessions(store);
  REQUIRE(found.size() == 2);
  CHECK(found[0].code == std::string(64, '0') + "|d1|cold");
  CHECK(found[0].launch_medians_ns == std::vector<double>{101, 99.5});
  CHECK(found[1].code == sha('a') + "|d1|cold");
  CHECK(found[1].launch_medians_ns == std::vector<double>{102, 100.5});
}

TEST_CASE("store: two arms of one module are one session of it") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  VerdictRecord verdict = sound_verdict("verdict-1");
  verdict.duets[0].candidate.module_hash = verdict.duets[0].baseline.module_hash;
  record(store, verdict);
  REQUIRE(sessions(store).size() == 1);
  CHECK(sessions(store)[0].launch_medians_ns == std::vector<double>{101, 99.5});
}

TEST_CASE("store: runs of a baseline's commit are sessions of its module, together with the duets") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  const Run run = a_run("run-1", 'b');
  const std::string module = a_module(store, folder);
  Recording recording = recording_of(run);
  recording.moves = {a_move(run, module, "set", 0)};
  store.record(recording);
  VerdictRecord verdict = sound_verdict("verdict-1");
  verdict.duets[0].baseline.module_hash = module;
  record(store, verdict);
  const auto found = sessions(store);
  REQUIRE(found.size() == 3);
  CHECK(std::count_if(found.begin(), found.end(),
                      [&](const Session& one) { return one.code == module + "|d1|cold"; }) == 2);
}

TEST_CASE("store: another definition or cache state of the same commit is other code") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run other = a_run("run-2");
  other.measurements[0].facts.definition = "d2";
  Run warm = a_run("run-3");
  warm.measurements[0].facts.l2 = "warm";
  for (const Run& run : {a_run("run-1"), other, warm}) store.record(recording_of(run));
  const auto found = sessions(store);
  REQUIRE(found.size() == 3);
  CHECK(found[0].code != found[1].code);
  CHECK(found[1].code != found[2].code);
}

TEST_CASE("store: dirty, wrong, failed and overheated measurements are no sessions") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run dirty = a_run("run-1");
  dirty.commit.dirty = true;
  Run wrong = a_run("run-2");
  wrong.measurements[0].check->verified = false;
  Run failed = a_run("run-3");
  failed.measurements[0].failures = {{"crashed", "", "signal 11"}};
  Run hot = a_run("run-4");
  hot.telemetry[0].throttled_hardware_ns = 1e6;
  for (const Run& run : {dirty, wrong, failed, hot}) store.record(recording_of(run));
  record(store, a_verdict("verdict-1"));  // its candidate crashed in a launch
  CHECK(sessions(store).empty());
  VerdictRecord half = sound_verdict("verdict-2");
  half.duets[0].cases[0].candidate_check->verified = false;
  record(store, half);
  CHECK(sessions(store).size() == 1);
}

TEST_CASE("store: sessions of another driver do not count, those of another device of the same model do") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run driver = a_run("run-1");
  driver.environment = an_environment("NVIDIA L4", "590.1");
  Run device = a_run("run-2");
  device.environment->device.uuid = "GPU-2";
  VerdictRecord unknown = sound_verdict("verdict-1");
  unknown.duets[0].environment = std::nullopt;
  store.record(recording_of(driver));
  store.record(recording_of(device));
  record(store, unknown);
  CHECK(sessions(store).size() == 1);
}

TEST_CASE("store: only the newest sessions count") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run old = a_run("run-1", 'a');
  old.started_at = "2025-01-01T00:00:00Z";
  Run late = a_run("run-2", 'b');
  store.record(recording_of(late));
  store.record(recording_of(old));
  REQUIRE(sessions(store, 1).size() == 1);
  CHECK(sessions(store, 1)[0].code == sha('b') + "|d1|cold");
}

}  // namespace ratchet::db
