#include <cmath>
#include <limits>

#include "db/json_text.h"
#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

std::string recording(Store& store, const Run& run) {
  return fault_of([&] { store.record(recording_of(run)); });
}

// A changed copy of a good run, and what its refusal must say.
template <class Change>
Run changed(const Change& change) {
  Run run = a_run("run-0001");
  change(run);
  return run;
}

}  // namespace

TEST_CASE("store: a run comes back as it was recorded") {
  const Folder folder;
  Run run = a_run("run-0001");
  run.measurements[0].warnings = {"noisy", "\"quoted\"\n"};
  run.measurements[0].launches = {{}, {-0.0, 1e-310, 0.1}, {1e300}};
  run.measurements[1].launches = {};
  run.measurements[1].failures = {{"wrong_answer", "", "all of it"}};
  run.measurements[1].check = Check{.verified = false,
                                    .rel_l2 = std::numeric_limits<double>::infinity(),
                                    .row_error = std::numeric_limits<double>::quiet_NaN()};
  Run bare = a_run("run-0002", 'b');
  bare.commit.parents = {};
  bare.measurements = {a_measurement("copy/plain/n=1", {{1}})};
  bare.measurements[0].check = std::nullopt;
  bare.telemetry = {};
  {
    Store store(folder.file(), Mode::ReadWrite);
    store.record(recording_of(run));
    store.record(recording_of(bare));
  }
  Store store(folder.file(), Mode::ReadOnly);
  const auto found = store.find_run("run-0001");
  REQUIRE(found);
  CHECK(content(*found) == content(run));
  CHECK(found->commit.parents == run.commit.parents);
  CHECK(found->commit.subject == "Make it faster");
  CHECK(found->commit.time == run.commit.time);
  CHECK(std::signbit(found->measurements[0].launches[1][0]));
  CHECK(found->measurements[1].check->rel_l2 == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(found->measurements[1].check->row_error));
  CHECK(content(store.find_run("run-0002").value()) == content(bare));
  CHECK_FALSE(store.find_run("run-0002")->measurements[0].check);
  CHECK(store.samples("run-0001", "copy/plain/n=1") == run.measurements[0].launches);
  CHECK(store.case_names() == std::vector<std::string>{"add/plain/n=1", "copy/plain/n=1"});
  CHECK(store.check().empty());
}

TEST_CASE("store: recording a run again changes nothing, and another content under its uuid is refused") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  store.record(recording_of(a_run("run-0001")));
  store.record(recording_of(a_run("run-0001")));
  CHECK(store.runs({}).size() == 1);
  Run other = a_run("run-0001");
  other.measurements[0].launches[0][0] += 1;
  CHECK(says(recording(store, other), "run run-0001: a run of this uuid with other content"));
  CHECK(store.samples("run-0001", "copy/plain/n=1")[0][0] == 100);
}

TEST_CASE("store: what a gate must never rest on is refused by name and leaves nothing") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto with_sample = [](double time) {
    return changed([&](Run& run) { run.measurements[0].launches[0][1] = time; });
  };
  CHECK(says(recording(store, with_sample(nan)), "case copy/plain/n=1: not recorded: the sample nan ns is not a time"));
  CHECK(says(recording(store, with_sample(infinity)), "is not a time"));
  CHECK(says(recording(store, with_sample(-1)), "is not a time"));
  CHECK(says(recording(store, changed([](Run& run) { run.uuid = ""; })), "no uuid"));
  CHECK(says(recording(store, changed([](Run& run) { run.commit.sha = ""; })), "40 lower-case hex digits"));
  CHECK(says(recording(store, changed([](Run& run) { run.commit.sha[3] = 'G'; })), "40 lower-case hex digits"));
  CHECK(says(recording(store, changed([](Run& run) { run.environment.reset(); })), "no environment"));
  CHECK(says(recording(store, changed([](Run& run) { run.environment->device.name = ""; })), "names no device"));
  CHECK(says(recording(store, changed([](Run& run) { run.measurements.clear(); })), "no case"));
  CHECK(says(recording(store, changed([](Run& run) { run.measurements[1].facts.handicap_percent = 2; })),
             "case add/plain/n=1: not recorded: it carries a planted slowdown"));
  CHECK(says(recording(store, changed([](Run& run) { run.measurements[1].facts.unit = "us"; })), "convert it to ns"));
  CHECK(says(recording(store, changed([](Run& run) { run.measurements[1].facts.batch = 0; })), "batch is 0"));
  CHECK(says(recording(store, changed([](Run& run) { run.measurements[1].facts.id = "copy/plain/n=1"; })), "twice"));
  CHECK(says(recording(store, changed([&](Run& run) { run.telemetry[0].power_w = nan; })), "telemetry of launch 1"));
  for (const char* time :
       {"", "yesterday", "now", "2026-01-02", "2026-13-02T03:04:05Z", "2026-01-02 03:04:05Z", "2461042.5"}) {
    CHECK(says(recording(store, changed([&](Run& run) { run.started_at = time; })), "started_at"));
  }
  CHECK(store.runs({}).empty());
  CHECK(store.case_names().empty());  // also of those that failed within the transaction
}

TEST_CASE("store: a summary must be the one of its samples") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  const auto fault = [&](const auto& change) {
    Recording recording = recording_of(a_run("run-0001"));
    change(recording.summaries);
    return fault_of([&] { store.record(recording); });
  };
  CHECK(says(fault([](auto& list) { list.pop_back(); }), "there must be one summary"));
  CHECK(says(fault([](auto& list) { list.push_back(list[0]); }), "there must be one summary"));
  CHECK(says(fault([](auto& list) { list[0].samples = 5; }), "counts 5 samples in 2 launches, but there are 4 in 2"));
  CHECK(says(fault([](auto& list) { list[0].median_ns = std::nan(""); }), "not finite"));
  CHECK(says(fault([](auto& list) { list[0].ci_lo_ns = 1e9; }), "CHECK constraint failed"));
  CHECK(says(fault([](auto& list) {
               list.push_back(list[0]);
               list.back().case_id = "other";
             }),
             "a summary of other belongs to no case"));
  CHECK(says(fault_of([&] { store.record({.run = {}, .summaries = {Summary{}}, .verdict = {}, .moves = {}}); }),
             "summaries without their run"));
}

TEST_CASE("store: a dirty run is recorded, apart from its clean commit") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run dirty = a_run("run-0002");
  dirty.commit.dirty = true;
  store.record(recording_of(a_run("run-0001")));
  store.record(recording_of(dirty));
  CHECK_FALSE(store.find_run("run-0001")->commit.dirty);
  CHECK(store.find_run("run-0002")->commit.dirty);
  const std::string fault = fault_of([&] { static_cast<void>(store.find_run("aaaa")); });
  CHECK(says(fault, "run-0002 of commit " + sha('a') + " (dirty)"));
}

TEST_CASE("store: what a shallow clone left out of a commit is filled in later") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run shallow = a_run("run-0001");
  shallow.commit.parents.clear();
  shallow.commit.subject.clear();
  store.record(recording_of(shallow));
  store.record(recording_of(a_run("run-0002")));
  CHECK(store.find_run("run-0001")->commit.subject == "Make it faster");
  CHECK(store.find_run("run-0001")->commit.parents.size() == 2);
}

TEST_CASE("store: a name finds one run, or nothing, or lists what it could be") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run early = a_run("11110000", 'a');
  Run late = a_run("11112222", 'a');
  late.started_at = "2026-01-02T04:04:04+01:00";  // one second earlier than the other
  Run elsewhere = a_run("33330000", 'c');
  Run elsewhere_too = a_run("44440000", 'c');
  elsewhere_too.environment = an_environment("NVIDIA L4", "590.2");
  for (const auto& run : {early, late, elsewhere, elsewhere_too}) store.record(recording_of(run));

  CHECK(store.find_run("11112")->uuid == "11112222");
  CHECK(store.find_run("aaaaaaa")->uuid == "11110000");  // the newest of the commit, by time and not by text
  CHECK_FALSE(store.find_run("5555"));
  CHECK_FALSE(store.find_run("____"));
  const std::string fault = fault_of([&] { static_cast<void>(store.find_run("1111")); });
  CHECK(says(fault, "run 11110000"));
  CHECK(says(fault, "run 11112222"));
  CHECK(says(fault_of([&] { static_cast<void>(store.find_run("cccc")); }), "run 44440000"));
  CHECK(store.find_run("cccc", fingerprint(*elsewhere_too.environment))->uuid == "44440000");
  CHECK(says(fault_of([&] { static_cast<void>(store.find_run("")); }), "too short"));
}

TEST_CASE("store: a full uuid is that run even where it begins another") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  store.record(recording_of(a_run("run-1")));
  store.record(recording_of(a_run("run-12")));
  CHECK(store.find_run("run-1")->uuid == "run-1");
}

TEST_CASE("store: the history of a case is in order of time, and narrows by device, environment, date and number") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  for (int i = 0; i < 6; ++i) {
    Run run = a_run("run-000" + std::to_string(i));
    run.started_at = "2026-01-0" + std::to_string(9 - i) + "T00:00:00Z";  // imported backwards
    run.measurements[0].launches = {{100.0 + i}};
    if (i == 5) run.environment = an_environment("NVIDIA H200");
    if (i == 4) run.environment = an_environment("NVIDIA L4", "590.2");
    store.record(recording_of(run));
  }
  Run failed = a_run("run-0009");
  failed.measurements[0].launches.clear();
  store.record(recording_of(failed));

  const auto uuids = [&](const HistoryFilter& filter) {
    std::string result;
    for (const auto& point : store.history("copy/plain/n=1", filter)) result += point.run_uuid.back();
    return result;
  };
  HistoryFilter filter;
  CHECK(uuids(filter) == "543210");
  filter.device_name = "NVIDIA L4";
  CHECK(uuids(filter) == "43210");
  filter.environment = fingerprint(an_environment());
  CHECK(uuids(filter) == "3210");
  filter.since = "2026-01-07T01:00:00+02:00";
  CHECK(uuids(filter) == "210");
  filter.limit = 2;
  CHECK(uuids(filter) == "10");
  filter.since = "last week";
  CHECK(says(fault_of([&] { static_cast<void>(uuids(filter)); }), "since"));
  CHECK(store.history("no/such/case", {}).empty());

  const HistoryPoint point = store.history("copy/plain/n=1", {}).back();
  CHECK(point.commit.sha == sha('a'));
  CHECK(point.summary.median_ns == 100);
  CHECK(point.summary.samples == 1);
  CHECK(point.facts.definition == "d1");
  CHECK(point.facts.bytes == 1024);
  CHECK(point.check->verified);
  CHECK(store.environment(point.environment)->driver == "580.1");
  CHECK_FALSE(store.environment("none"));
}

TEST_CASE("store: the log shows the newest runs first, with what they could not measure") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run late = a_run("run-0002");
  late.started_at = "2026-02-01T00:00:00Z";
  late.measurements[0].launches.clear();
  store.record(recording_of(late));
  store.record(recording_of(a_run("run-0001")));
  const auto rows = store.runs({});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].uuid == "run-0002");
  CHECK(rows[0].cases == 2);
  CHECK(rows[0].unmeasured == 1);
  CHECK(rows[1].samples == 5);
  CHECK(rows[1].commit.subject == "Make it faster");
  CHECK(store.runs({.limit = 1}).at(0).uuid == "run-0002");
  CHECK(store.runs({.since = "2026-02-01T01:00:00+01:00"}).at(0).uuid == "run-0002");
  CHECK(store.runs({.until = "2026-01-02T03:04:05Z"}).at(0).uuid == "run-0001");
  CHECK(store.runs({.device_name = "NVIDIA L4"}).size() == 2);
  CHECK(store.runs({.device_name = "another"}).empty());
  CHECK(store.runs({.environment = "another"}).empty());
  CHECK_THROWS_AS(static_cast<void>(store.runs({.until = "tomorrow"})), BadTime);
}

TEST_CASE("store: a changed sample is found by the check and never decoded") {
  const Folder folder;
  Store(folder.file(), Mode::ReadWrite).record(recording_of(a_run("run-0001")));
  Connection(folder.file(), Mode::ReadWrite)
      .execute("tamper",
               "UPDATE samples SET data = CAST(substr(data, 1, 8) || x'00' || substr(data, 10) AS BLOB) "
               "WHERE case_id = (SELECT id FROM cases WHERE name = 'copy/plain/n=1')");
  Store store(folder.file(), Mode::ReadOnly);
  const auto problems = store.check();
  REQUIRE(problems.size() == 1);
  CHECK(says(problems[0], "run run-0001, case copy/plain/n=1"));
  CHECK(says(problems[0], "checksum"));
  CHECK(says(fault_of([&] { static_cast<void>(store.find_run("run-0001")); }), "case copy/plain/n=1"));
}

TEST_CASE("store: a tree is measured by the newest run of a clean commit of it, in the same environment only") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  Run dirty = a_run("run-0003", 'c');
  dirty.commit.dirty = true;
  Run newer = a_run("run-0002", 'b');
  newer.started_at = "2027-01-01T00:00:00Z";
  for (const Run& run : {newer, a_run("run-0001"), dirty}) store.record(recording_of(run));
  const std::string here = fingerprint(*newer.environment);
  CHECK(store.run_of_tree(sha('e'), here)->uuid == "run-0002");
  CHECK_FALSE(store.run_of_tree(sha('d'), here));
  CHECK_FALSE(store.run_of_tree("", here));
  CHECK_FALSE(store.run_of_tree(sha('e'), "elsewhere"));
}

}  // namespace ratchet::db
