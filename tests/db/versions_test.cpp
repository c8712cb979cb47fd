#include "tests/db/versions.h"

#include "db/json_text.h"

namespace ratchet::db {
namespace {

std::string schema_of(const std::filesystem::path& file) {
  Connection connection(file, Mode::ReadOnly);
  Statement select(connection, "read the schema",
                   "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name");
  std::string schema;
  for (select.start(); select.step();) schema += select.text(0) + "\n";
  return schema;
}

}  // namespace

TEST_CASE("versions: a database of every version there was becomes the newest, with all that it held") {
  const Folder fresh;
  { const Store store(fresh.file(), Mode::ReadWrite); }
  for (std::int64_t version = 1; version < newest_schema(); ++version) {
    CAPTURE(version);
    const Folder folder;
    put_version(version, folder.file());
    Store store(folder.file(), Mode::ReadWrite);
    CHECK(store.check(Examination::Full).size() == 1);  // the module file, which is no part of the dump
    CHECK(schema_of(folder.file()) == schema_of(fresh.file()));
    const Run run = store.find_run("run-0002").value();
    CHECK(run.measurements[0].launches == a_run("").measurements[0].launches);
    CHECK(run.measurements[0].facts.definition == "d1");
    CHECK(run.environment->timer_tick_ns == 32);
    CHECK(store.history("copy/plain/n=1", {}).size() >= 2);
    CHECK(store.history("copy/plain/n=1", {}).front().summary.median_ns == 101.5);
    CHECK(store.baseline_log("*").size() == 2);
    CHECK(store.baseline("copy/plain/n=1", "NVIDIA L4")->run_uuid == "run-0002");
    const VerdictRecord verdict = store.newest_verdict().value();
    CHECK(verdict.document == a_verdict("").document);
    CHECK(verdict.duets[0].cases[0].launches[0].baseline_ns == std::vector<double>{100, 102});
    CHECK(store.acceptances().size() == 1);
  }
}

}  // namespace ratchet::db
