// The step from a database as version 4 kept it: nothing of it is lost, and nothing of it reads otherwise.
#include "db/migrations.h"

#include <limits>

#include "db/json_text.h"
#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

// RATCHET_TEST_DATA/schema4.sql: three runs, a verdict, moves, an acceptance, a calibration and a tuning.
void put_version_4(const std::filesystem::path& file, const std::string& more = "") {
  std::ifstream in(std::string(RATCHET_TEST_DATA) + "/schema4.sql");
  const std::string sql{std::istreambuf_iterator<char>(in), {}};
  REQUIRE(sql.size() > 1000);
  // Not through the store, which would make the newest schema first.
  Connection(file, Mode::ReadWrite).execute("make a database of version 4", (sql + more).c_str());
}

Run third_run() {
  Run run = a_run("run-0003", 'c');
  run.started_at = "2026-01-04T03:04:05Z";
  run.measurements[0].facts.source = "a.cu:2";
  run.measurements[0].facts.timed_by = "host";
  run.measurements[0].sm_clock_mhz = 1980;
  run.measurements[0].energy_j = 0.25;
  return run;
}

Run first_run() {
  Run run = a_run("run-0001");
  run.measurements[0].warnings = {"noisy", "\"quoted\""};
  run.measurements[0].facts.kernels = "copy<half> 4x256";
  run.measurements[1].launches = {};
  run.measurements[1].failures = {{"wrong_answer", "", "all of it"}};
  run.measurements[1].check = Check{.verified = false,
                                    .rel_l2 = std::numeric_limits<double>::infinity(),
                                    .row_error = std::numeric_limits<double>::quiet_NaN()};
  return run;
}

std::int64_t count(const std::filesystem::path& file, const char* sql) {
  Connection connection(file, Mode::ReadOnly);
  return connection.number("count", sql);
}

}  // namespace

TEST_CASE("migrations: runs, verdicts, baselines and samples of version 4 read the same afterwards") {
  const Folder folder;
  put_version_4(folder.file());
  Store store(folder.file(), Mode::ReadWrite);
  CHECK(content(store.find_run("run-0001").value()) == content(first_run()));
  CHECK(content(store.find_run("run-0003").value()) == content(third_run()));
  CHECK(content(store.newest_verdict().value()) == content(a_verdict("verdict-0001")));
  CHECK(store.history("copy/plain/n=1", {}).size() == 3);
  CHECK(store.history("copy/plain/n=1", {})[2].facts.source == "a.cu:2");
  CHECK(store.baseline("copy/plain/n=1", "NVIDIA L4")->run_uuid == "run-0002");
  CHECK(store.acceptances().size() == 1);
  CHECK(store.calibration_launches("calibration-1").size() == 1);
  CHECK(store.calibration_reports("NVIDIA L4").size() == 1);
}

TEST_CASE("migrations: what repeats is kept once, every measurement keeps its own, and references hold") {
  const Folder folder;
  put_version_4(folder.file());
  CHECK(count(folder.file(), "SELECT count(*) FROM measurements") == 6);
  { const Store store(folder.file(), Mode::ReadWrite); }
  CHECK(count(folder.file(), "PRAGMA user_version") == newest_schema());
  CHECK(count(folder.file(), "SELECT count(*) FROM measurements") == 6);
  CHECK(count(folder.file(), "SELECT count(*) FROM facts") == 3);
  CHECK(count(folder.file(), "SELECT count(*) FROM pragma_foreign_key_check") == 0);
  CHECK(count(folder.file(), "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'") == 12);
  Connection connection(folder.file(), Mode::ReadWrite);
  for (const char* sql : {"DELETE FROM verdicts", "UPDATE baselines SET median_ns = 1", "DELETE FROM tunings",
                          "DELETE FROM measurements WHERE run_id = 1", "UPDATE measurements SET facts_id = 99",
                          "INSERT INTO samples (run_id, case_id, data) VALUES (99, 1, x'00')"}) {
    CAPTURE(sql);
    CHECK_THROWS_AS(connection.execute("tamper", sql), Error);
  }
}

TEST_CASE("migrations: a migrated database goes on to be recorded into") {
  const Folder folder;
  put_version_4(folder.file());
  Store store(folder.file(), Mode::ReadWrite);
  store.record(recording_of(third_run()));  // known: left alone
  Run fourth = third_run();
  fourth.uuid = "run-0004";
  store.record(recording_of(fourth));
  CHECK(content(store.find_run("run-0004").value()) == content(fourth));
  CHECK(count(folder.file(), "SELECT count(*) FROM facts") == 3);
}

TEST_CASE("migrations: a database with a dangling row is refused and stays as it was") {
  const Folder folder;
  put_version_4(folder.file(), "PRAGMA foreign_keys = OFF; DELETE FROM measurements WHERE run_id = 2;");
  CHECK(says(fault_of([&] { const Store store(folder.file(), Mode::ReadWrite); }),
             "not migrated: a row of samples refers to a missing row of measurements"));
  CHECK(count(folder.file(), "PRAGMA user_version") == 4);
  CHECK(count(folder.file(), "SELECT count(*) FROM pragma_table_info('measurements') WHERE name = 'definition'") == 1);
}

TEST_CASE("store: two hundred samples of a case take at most three bytes each, with all that is said of them") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  constexpr int kCases = 20;
  const auto record = [&](int number) {
    Run run = a_run("run-" + std::to_string(1000 + number));
    run.commit.sha = std::to_string(1'000'000 + number) + std::string(33, 'a');
    run.measurements.clear();
    for (int c = 0; c < kCases; ++c) {
      std::vector<std::vector<double>> launches(2, std::vector<double>(100));
      // Of 10 ms, 1 % apart, in ticks of 32 ns: two bytes a sample.
      for (int s = 0; s < 200; ++s) launches[s / 100][s % 100] = 32.0 * (312'500 + (s * 7919 + number * 31 + c) % 6000);
      Measurement of = a_measurement("op/implementation/size=" + std::to_string(c) + ",dtype=fp16", launches);
      of.facts.batch = 1;
      of.facts.definition = std::string(64, 'd') + std::to_string(c);
      of.facts.source = "kernels/operation/implementation.cu:42";
      of.facts.kernels = "implementation<half, 128> 264x256 + 49152 bytes";
      run.measurements.push_back(of);
    }
    store.record(recording_of(run));
  };
  for (int i = 0; i < 20; ++i) record(i);
  const auto before = std::filesystem::file_size(folder.file());
  for (int i = 20; i < 120; ++i) record(i);
  const double bytes = static_cast<double>(std::filesystem::file_size(folder.file()) - before);
  CHECK(bytes / (100.0 * kCases * 200) <= 3);
}

}  // namespace ratchet::db
