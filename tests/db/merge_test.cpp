#include "db/merge.h"

#include <array>
#include <cstdio>

#include "db/json_text.h"
#include "db/migrations.h"
#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

const Author kAuthor{"A <a@b>", "2026-02-01T00:00:00Z"};

// Every row of every table, in the order of its key: what two databases of the same content have in common. Numbers of
// rows are those of the file, so only dumps of one file can be compared to the letter.
std::string dump_of(const std::filesystem::path& file) {
  Connection connection(file, Mode::ReadOnly);
  std::vector<std::string> tables;
  Statement names(connection, "read the tables", "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  for (names.start(); names.step();) tables.push_back(names.text(0));
  std::string dump;
  for (const std::string& table : tables) {
    std::string row;
    Statement columns(connection, "read the columns", "SELECT name FROM pragma_table_xinfo(?)");
    for (columns.start(table); columns.step();)
      row += (row.empty() ? "quote(" : " || ',' || quote(") + columns.text(0) + ")";
    Statement rows(connection, "read the rows", "SELECT " + row + " FROM " + table + " ORDER BY 1");
    for (rows.start(); rows.step();) dump += table + ": " + rows.text(0) + "\n";
  }
  return dump;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A database in a folder of its own, since modules lie beside it.
struct Site {
  explicit Site(const std::string& name) : file(folder.file(name + "/ratchet.db")) {}

  void record(const Recording& recording) { Store(file, Mode::ReadWrite).record(recording); }
  void tamper(const std::string& sql) { Connection(file, Mode::ReadWrite).execute("tamper", sql.c_str()); }
  Merged merge(const Site& other) { return db::merge(file, other.file, kAuthor); }
  std::string refusal(const Site& other) {
    return fault_of([&] { static_cast<void>(merge(other)); });
  }
  std::optional<BaselineMove> baseline() { return Store(file, Mode::ReadOnly).baseline("copy/plain/n=1", "NVIDIA L4"); }
  // The run, and a baseline from it. Its module differs from site to site only where content does.
  void move(const std::string& uuid, char commit, const std::string& kind, double median_ns, std::int64_t replaces,
            const std::string& definition = "d1") {
    Run run = a_run(uuid, commit);
    for (Measurement& of : run.measurements) of.facts.definition = definition;
    Store store(file, Mode::ReadWrite);
    std::ofstream(folder.file("module.so")) << "machine code of " << commit;
    Recording recording = recording_of(run);
    BaselineMove to = a_move(run, store.store_module(folder.file("module.so"), kAuthor.now), kind, replaces);
    to.definition = definition;
    to.median_ns = median_ns;
    to.ci_lo_ns = median_ns - 1;
    to.ci_hi_ns = median_ns + 1;
    if (kind == "accepted") to.reason = to.actor = "someone";
    recording.moves = {to};
    store.record(recording);
  }
  void retire(std::int64_t replaces) {
    BaselineMove to = a_move({}, "", "retired", replaces);
    to.definition = "";
    to.run_uuid = "";
    to.reason = to.actor = "someone";
    record({.run = std::nullopt, .summaries = {}, .verdict = std::nullopt, .moves = {to}});
  }

  Folder folder;
  std::filesystem::path file;
};

void fill(Site& site, const std::string& name, char commit) {
  Recording recording = recording_of(a_run("run-" + name, commit));
  recording.verdict = a_verdict("verdict-" + name);
  recording.verdict->candidate = recording.run->commit;
  site.record(recording);
  Store store(site.file, Mode::ReadWrite);
  store.accept({"copy/" + name, "known", "A <a@b>", "", "2026-01-05T00:00:00Z"});
  store.begin_calibration({"calibration-" + name, "2026-01-05T00:00:00Z", an_environment(), "suite"});
  store.add_launch("calibration-" + name,
                   {.number = 0, .planted_percent = 0, .seconds = 1, .duets = a_verdict("x").duets});
  store.report_calibration({"calibration-" + name, "2026-01-05T01:00:00Z", an_environment(), 0, 10, "{}"});
  store.record(TuningRecord{{"NVIDIA L4", "580.1", "default", std::string(64, 'a'), "family", name},
                            an_environment(),
                            "2026-01-05T01:00:00Z",
                            "{}"});
}

}  // namespace

TEST_CASE("merge: what either side knew reads the same from both, and merging again changes nothing") {
  Site ours("a");
  Site theirs("b");
  fill(ours, "one1", 'a');
  fill(theirs, "two2", 'b');
  theirs.record(recording_of(a_run("run-one1", 'a')));  // known to both
  const Merged merged = ours.merge(theirs);
  CHECK(merged.runs == 1);
  CHECK(merged.results == 2);
  CHECK(merged.verdicts == 1);
  CHECK(merged.calibrations == 1);
  Store store(ours.file, Mode::ReadOnly);
  Store other(theirs.file, Mode::ReadOnly);
  CHECK(content(store.find_run("run-two2").value()) == content(other.find_run("run-two2").value()));
  CHECK(content(store.find_run("run-one1").value()) == content(a_run("run-one1", 'a')));
  CHECK(content(store.verdict("verdict-two2").value()) == content(other.verdict("verdict-two2").value()));
  CHECK(store.find_run("run-two2")->commit.parents == std::vector<std::string>{sha('1'), sha('2')});
  CHECK(store.calibration_launches("calibration-two2").size() == 1);
  CHECK(store.calibration_reports("NVIDIA L4").size() == 2);
  CHECK(store.acceptances().size() == 2);
  CHECK(store.tuning({"NVIDIA L4", "580.1", "default", std::string(64, 'a'), "family", "two2"}));
  CHECK(store.check().empty());
  const std::string before = dump_of(ours.file);
  CHECK(ours.merge(theirs).runs == 0);
  CHECK(dump_of(ours.file) == before);
  // And the other way about: nothing comes back that was there.
  CHECK(theirs.merge(ours).runs == 0);
  CHECK(Store(theirs.file, Mode::ReadOnly).verdict("verdict-one1"));
  CHECK(ours.merge(theirs).verdicts == 0);
  CHECK(dump_of(ours.file) == before);
}

TEST_CASE("merge: into a new database, what comes is all that was there") {
  Site ours("a");
  Site theirs("b");
  fill(theirs, "two2", 'b');
  theirs.move("run-base", 'c', "set", 100, 0);
  const std::string source = content_of(theirs.file);
  CHECK(ours.merge(theirs).moves == 1);
  CHECK(content_of(theirs.file) == source);
  CHECK(ours.baseline()->median_ns == 100);
  CHECK(Store(ours.file, Mode::ReadOnly).has_module(ours.baseline()->module_hash));
  CHECK(Store(ours.file, Mode::ReadOnly).check().empty());
  CHECK(std::distance(std::filesystem::directory_iterator(ours.file.parent_path()), {}) ==
        3);  // with its journal, modules
}

TEST_CASE("merge: the same name with other content is refused by name, and nothing is stored") {
  const auto other_run = [](const auto& change) {
    Site ours("a");
    Site theirs("b");
    ours.record(recording_of(a_run("run-0001")));
    Run run = a_run("run-0001");
    change(run);
    theirs.record(recording_of(a_run("run-0002")));
    theirs.record(recording_of(run));
    const std::string before = dump_of(ours.file);
    CHECK(says(ours.refusal(theirs), "run run-0001 is known with other content here"));
    CHECK(dump_of(ours.file) == before);
  };
  other_run([](Run& run) { run.measurements[0].launches[0][0] += 1; });
  other_run([](Run& run) { run.measurements[1].facts.definition = "d2"; });
  other_run([](Run& run) { run.measurements.pop_back(); });
  other_run([](Run& run) { run.tool = "ratchet 9"; });
  other_run([](Run& run) { run.commit.sha = sha('f'); });
  other_run([](Run& run) { run.measurements[0].check->rel_l2 = 1; });
  const auto other_verdict = [](const auto& change) {
    Site ours("a");
    Site theirs("b");
    fill(ours, "one1", 'a');
    fill(theirs, "one1", 'a');
    change(theirs);
    CHECK(says(ours.refusal(theirs), "-one1 is known with other content here"));
  };
  const auto sql = [](const char* text) { return [text](Site& site) { site.tamper(text); }; };
  other_verdict(sql("DROP TRIGGER verdicts_fixed; UPDATE verdicts SET document = '{}'"));
  other_verdict(sql("DROP TRIGGER verdict_cases_fixed; UPDATE verdict_cases SET change = 0.5 WHERE change > 0"));
  other_verdict(sql("UPDATE duet_samples SET facts = replace(facts, 'clock fell', 'clock rose')"));
  other_verdict(sql("UPDATE duets SET telemetry = '[]'"));
  other_verdict(sql("UPDATE calibration_duets SET seconds = 2"));
  other_verdict(sql("UPDATE calibrations SET suite = 'another'"));
}

TEST_CASE("merge: the newest is what was made last, not what was merged last") {
  Site ours("a");
  Site theirs("b");
  theirs.record({.run = std::nullopt, .summaries = {}, .verdict = a_verdict("verdict-old"), .moves = {}});
  fill(theirs, "one1", 'a');
  VerdictRecord young = a_verdict("verdict-new");
  young.made_at = "2026-01-09T00:00:00Z";
  ours.record({.run = std::nullopt, .summaries = {}, .verdict = young, .moves = {}});
  {
    Store store(ours.file, Mode::ReadWrite);
    store.begin_calibration({"calibration-new", "2026-01-09T00:00:00Z", an_environment(), "suite"});
    store.record(TuningRecord{{"NVIDIA L4", "580.1", "default", std::string(64, 'a'), "family", "one1"},
                              an_environment(),
                              "2026-01-09T00:00:00Z",
                              "{\"new\":1}"});
  }
  static_cast<void>(ours.merge(theirs));
  Store store(ours.file, Mode::ReadOnly);
  CHECK(store.newest_verdict()->uuid == "verdict-new");
  CHECK(store.newest_calibration("suite")->uuid == "calibration-new");
  CHECK(store.tuning({"NVIDIA L4", "580.1", "default", std::string(64, 'a'), "family", "one1"}) == "{\"new\":1}");
}

TEST_CASE("merge: a calibration that went on elsewhere gets the launches it lacks") {
  Site ours("a");
  Site theirs("b");
  fill(ours, "one1", 'a');
  fill(theirs, "one1", 'a');
  Store(theirs.file, Mode::ReadWrite)
      .add_launch("calibration-one1", {.number = 1, .planted_percent = 1, .seconds = 2, .duets = a_verdict("x").duets});
  CHECK(ours.merge(theirs).calibrations == 0);
  CHECK(Store(ours.file, Mode::ReadOnly).calibration_launches("calibration-one1").size() == 2);
  CHECK(ours.merge(theirs).calibrations == 0);
  CHECK(Store(ours.file, Mode::ReadOnly).calibration_launches("calibration-one1").size() == 2);
}

TEST_CASE("merge: a history of baselines that goes on where ours ends is followed, one that ended earlier is not") {
  Site ours("a");
  Site theirs("b");
  for (Site* site : {&ours, &theirs}) site->move("run-0001", 'a', "set", 100, 0);
  theirs.move("run-0002", 'b', "advanced", 90, 1);
  theirs.move("run-0003", 'c', "accepted", 95, 2);
  Merged merged = ours.merge(theirs);
  CHECK(merged.moves == 2);
  CHECK(merged.conflicts.empty());
  CHECK(ours.baseline()->run_uuid == "run-0003");
  CHECK(ours.baseline()->reason == "someone");
  ours.move("run-0004", 'd', "advanced", 80, 3);
  merged = ours.merge(theirs);
  CHECK(merged.moves == 0);
  CHECK(ours.baseline()->median_ns == 80);
  CHECK(theirs.merge(ours).moves == 1);
  CHECK(theirs.baseline()->median_ns == 80);
}

TEST_CASE(
    "merge: of baselines that moved on both sides the tighter one stands, whichever side merges, and it is audited") {
  Site ours("a");
  Site theirs("b");
  for (Site* site : {&ours, &theirs}) site->move("run-0001", 'a', "set", 100, 0);
  ours.move("run-0002", 'b', "advanced", 95, 1);
  theirs.move("run-0003", 'c', "advanced", 90, 1);
  Site third("c");
  CHECK(third.merge(theirs).conflicts.empty());
  CHECK(third.merge(ours).conflicts.at(0).taken == false);
  CHECK(third.merge(ours).conflicts.empty());
  CHECK(third.baseline()->median_ns == 90);
  const Merged merged = ours.merge(theirs);
  REQUIRE(merged.conflicts.size() == 1);
  CHECK(merged.conflicts[0].taken);
  CHECK(ours.baseline()->median_ns == 90);
  CHECK(ours.baseline()->kind == "advanced");
  CHECK(ours.baseline()->actor == kAuthor.actor);
  CHECK(says(ours.baseline()->reason, "merged from ratchet.db: tighter than bbbbbbbbbbbb"));
  CHECK(Store(ours.file, Mode::ReadOnly).has_module(ours.baseline()->module_hash));
  Connection audit(ours.file, Mode::ReadWrite);
  CHECK(audit.number("count", "SELECT count(*) FROM baseline_conflicts WHERE ours = 2 AND taken = 3") == 1);
  CHECK_THROWS_AS(audit.execute("tamper", "DELETE FROM baseline_conflicts"), Error);
  // Again, from both, and after ours went on: nothing to decide any more.
  std::string before = dump_of(ours.file);
  CHECK(ours.merge(theirs).conflicts.empty());
  CHECK(dump_of(ours.file) == before);
  before = dump_of(third.file);
  CHECK(third.merge(ours).conflicts.empty());
  CHECK(third.merge(theirs).conflicts.empty());
  CHECK(dump_of(third.file) == before);
  CHECK(theirs.merge(ours).conflicts.empty());
  CHECK(theirs.baseline()->median_ns == 90);
  ours.move("run-0004", 'd', "advanced", 85, 3);
  CHECK(ours.merge(theirs).conflicts.empty());
  CHECK(ours.baseline()->median_ns == 85);
}

TEST_CASE("merge: another definition is not tighter, and what was retired on either side does not loosen or return") {
  Site ours("a");
  Site theirs("b");
  ours.move("run-0001", 'a', "set", 100, 0);
  theirs.move("run-0002", 'b', "set", 50, 0, "d2");
  Merged merged = ours.merge(theirs);
  REQUIRE(merged.conflicts.size() == 1);
  CHECK_FALSE(merged.conflicts[0].taken);
  CHECK(ours.baseline()->median_ns == 100);
  theirs.retire(1);
  CHECK(ours.merge(theirs).conflicts.empty());
  CHECK(ours.baseline()->median_ns == 100);
  Site third("c");
  third.move("run-0003", 'c', "set", 90, 0);
  ours.retire(1);
  CHECK(ours.merge(third).conflicts.at(0).taken == false);
  CHECK_FALSE(ours.baseline());
}

TEST_CASE("merge: an older database is migrated in a copy; a newer, a foreign and a damaged one are refused") {
  Site ours("a");
  const Folder folder;
  std::ifstream in(std::string(RATCHET_TEST_DATA) + "/schema4.sql");
  const std::string sql{std::istreambuf_iterator<char>(in), {}};
  Connection(folder.file(), Mode::ReadWrite).execute("make a database of version 4", sql.c_str());
  std::filesystem::create_directories(folder.file("modules"));
  {
    std::ofstream(folder.file("module.so")) << "machine code";
    Site scratch("b");
    Store store(scratch.file, Mode::ReadWrite);
    const auto hash = store.store_module(folder.file("module.so"), kAuthor.now);
    std::filesystem::copy_file(store.module_file(hash), folder.file("modules/" + hash));
  }
  const std::string before = content_of(folder.file());
  const auto refusal = [&] { return fault_of([&] { static_cast<void>(merge(ours.file, folder.file(), kAuthor)); }); };
  const auto nowhere = ours.folder.file("nowhere/ratchet.db");
  CHECK_THROWS_AS(static_cast<void>(merge(nowhere, folder.file("missing"), kAuthor)), Error);
  CHECK_FALSE(std::filesystem::exists(nowhere.parent_path()));
  CHECK(merge(ours.file, folder.file(), kAuthor).runs == 3);
  CHECK(content_of(folder.file()) == before);
  CHECK(Store(ours.file, Mode::ReadOnly).check().empty());
  const auto tamper = [&](const char* text) { Connection(folder.file(), Mode::ReadWrite).execute("tamper", text); };
  tamper("PRAGMA user_version = 99");
  CHECK(says(refusal(), "written by a newer ratchet"));
  tamper("PRAGMA user_version = 4; PRAGMA application_id = 7");
  CHECK(says(refusal(), "belongs to another program"));
  std::ofstream(folder.file()) << "no database";
  CHECK(says(refusal(), "not a SQLite file"));
  std::ofstream(folder.file()).close();
  CHECK(says(refusal(), "there is nothing to merge"));
  std::filesystem::remove(folder.file());
  CHECK(says(refusal(), "there is no such file"));
  CHECK(says(fault_of([&] { static_cast<void>(merge(ours.file, ours.file, kAuthor)); }), "is the database itself"));
  CHECK(Store(ours.file, Mode::ReadOnly).runs({}).size() == 3);
}

TEST_CASE("merge: a damaged sample or a missing module keeps everything out, and is named") {
  Site ours("a");
  Site theirs("b");
  theirs.move("run-0001", 'a', "set", 100, 0);
  const auto hash = theirs.baseline()->module_hash;
  std::filesystem::rename(theirs.folder.file("b/modules/" + hash), theirs.folder.file("away"));
  CHECK(says(ours.refusal(theirs), hash + ": the module file is missing"));
  std::filesystem::rename(theirs.folder.file("away"), theirs.folder.file("b/modules/" + hash));
  theirs.tamper("UPDATE samples SET data = x'02' WHERE case_id = 1");
  CHECK(says(ours.refusal(theirs), "run run-0001, case copy/plain/n=1: sample blob"));
  // Whole, and yet no time: recording would have refused it.
  std::string hex;
  for (const std::byte byte : encode({{100, -1}}, 1)) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", std::to_integer<unsigned>(byte));
    hex += digits.data();
  }
  theirs.tamper("UPDATE samples SET data = x'" + hex + "' WHERE case_id = 1");
  CHECK(says(ours.refusal(theirs), "run run-0001, case copy/plain/n=1: its samples: not recorded: the sample -1"));
  CHECK(Store(ours.file, Mode::ReadOnly).runs({}).empty());
}

TEST_CASE("merge: a baseline of a dirty commit is refused, also one that rests on a duet") {
  Site ours("a");
  Site theirs("b");
  theirs.move("run-0001", 'a', "set", 100, 0);
  theirs.tamper("UPDATE commits SET dirty = 1");
  CHECK(says(ours.refusal(theirs), "its commit was dirty"));
  theirs.tamper("DROP TRIGGER baselines_fixed; UPDATE baselines SET run_id = NULL");
  CHECK(says(ours.refusal(theirs), "not merged: its commit was dirty"));
  CHECK_FALSE(ours.baseline());
}

TEST_CASE("bundle: one file carries runs, baselines and their modules, and is a database of its own") {
  Site ours("a");
  Site theirs("b");
  fill(theirs, "two2", 'b');
  theirs.move("run-0001", 'a', "set", 100, 0);
  const auto bundle = theirs.folder.file("all.ratchet");
  CHECK(export_bundle(theirs.file, bundle, "", kAuthor).runs == 2);
  CHECK(is_database(bundle));
  CHECK_FALSE(is_database(theirs.folder.file("module.so")));
  std::filesystem::remove_all(theirs.file.parent_path());
  CHECK(Store(bundle, Mode::ReadOnly).runs({}).size() == 2);
  CHECK(merge(ours.file, bundle, kAuthor).runs == 2);
  CHECK(content_of(Store(ours.file, Mode::ReadOnly).module_file(ours.baseline()->module_hash)) == "machine code of a");
  CHECK(Store(ours.file, Mode::ReadOnly).check().empty());
  const std::string before = dump_of(ours.file);
  CHECK(merge(ours.file, bundle, kAuthor).runs == 0);
  CHECK(dump_of(ours.file) == before);
  CHECK(says(fault_of([&] { static_cast<void>(export_bundle(ours.file, bundle, "", kAuthor)); }), "exists already"));
}

TEST_CASE("bundle: --since leaves out what is older, but never the run of a baseline") {
  Site theirs("b");
  theirs.move("run-0001", 'a', "set", 100, 0);
  Run old = a_run("run-0002", 'b');
  old.started_at = "2026-01-02T03:04:05Z";
  theirs.record(recording_of(old));
  Run young = a_run("run-0003", 'c');
  young.started_at = "2026-01-20T03:04:05Z";
  theirs.record(recording_of(young));
  const auto bundle = theirs.folder.file("some.ratchet");
  CHECK(export_bundle(theirs.file, bundle, "2026-01-20T00:00:00Z", kAuthor).runs == 2);
  Store store(bundle, Mode::ReadOnly);
  CHECK(store.find_run("run-0001"));
  CHECK_FALSE(store.find_run("run-0002"));
  CHECK(store.find_run("run-0003"));
  CHECK(says(
      fault_of([&] { static_cast<void>(export_bundle(theirs.file, theirs.folder.file("x"), "yesterday", kAuthor)); }),
      "RFC 3339"));
  CHECK_FALSE(std::filesystem::exists(theirs.folder.file("x")));
}

TEST_CASE("bundle: a module damaged on the way is refused") {
  Site ours("a");
  Site theirs("b");
  theirs.move("run-0001", 'a', "set", 100, 0);
  const auto bundle = theirs.folder.file("all.ratchet");
  static_cast<void>(export_bundle(theirs.file, bundle, "", kAuthor));
  Connection(bundle, Mode::ReadWrite).execute("tamper", "UPDATE bundled_modules SET data = x'00'");
  CHECK(says(fault_of([&] { static_cast<void>(merge(ours.file, bundle, kAuthor)); }), "damaged in the bundle"));
  CHECK_FALSE(ours.baseline());
}

TEST_CASE("merge: a bundle can be made in a folder where modules of baselines lie") {
  Site site("a");
  site.move("run-move", 'a', "set", 500, 0);
  const std::filesystem::path bundle = site.file.parent_path() / "all.bundle";
  CHECK(export_bundle(site.file, bundle, "", kAuthor).moves == 1);
  Site fresh("b");
  CHECK(merge(fresh.file, bundle, kAuthor).moves == 1);
}

}  // namespace ratchet::db
