#include "db/sqlite.h"

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "db/migrations.h"
#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void created(const std::filesystem::path& file) { const Store store(file, Mode::ReadWrite); }

// SQL that the store itself would never send.
void tamper(const std::filesystem::path& file, const std::string& sql) {
  Connection(file, Mode::ReadWrite).execute("tamper", sql.c_str());
}

std::string opening(const std::filesystem::path& file, Mode mode) {
  return fault_of([&] { const Store store(file, mode); });
}

}  // namespace

TEST_CASE("sqlite: a missing file is not created by a reader, and says so by its type") {
  const Folder folder;
  CHECK_THROWS_AS(Store(folder.file(), Mode::ReadOnly), NoDatabase);
  CHECK_FALSE(std::filesystem::exists(folder.file()));
  std::ofstream(folder.file()).close();
  CHECK_THROWS_AS(Store(folder.file(), Mode::ReadOnly), NoDatabase);
  CHECK(std::filesystem::file_size(folder.file()) == 0);
}

TEST_CASE("sqlite: a writer creates the folder too") {
  const Folder folder;
  created(folder.file("a/b/ratchet.db"));
  CHECK_NOTHROW(Store(folder.file("a/b/ratchet.db"), Mode::ReadOnly));
}

TEST_CASE("sqlite: a file that is not SQLite is refused and left alone") {
  const Folder folder;
  for (const std::string& content : {std::string("short"), std::string(5000, 'x')}) {
    std::ofstream(folder.file()) << content;
    for (const Mode mode : {Mode::ReadOnly, Mode::ReadWrite}) {
      const std::string fault = opening(folder.file(), mode);
      CHECK(says(fault, folder.file().string()));
      CHECK(says(fault, "not a SQLite file"));
    }
    CHECK(content_of(folder.file()) == content);
  }
}

TEST_CASE("sqlite: another program's database is refused and left alone") {
  for (const char* sql : {"PRAGMA application_id = 7", "CREATE TABLE foreign_table (x)"}) {
    const Folder folder;
    tamper(folder.file(), sql);
    const std::string before = content_of(folder.file());
    for (const Mode mode : {Mode::ReadOnly, Mode::ReadWrite}) {
      CHECK(says(opening(folder.file(), mode), "belongs to another program"));
    }
    CHECK(content_of(folder.file()) == before);
  }
}

TEST_CASE("sqlite: a newer schema is refused, naming both versions, and left alone") {
  const Folder folder;
  created(folder.file());
  tamper(folder.file(), "PRAGMA user_version = 9");
  const std::string before = content_of(folder.file());
  for (const Mode mode : {Mode::ReadOnly, Mode::ReadWrite}) {
    const std::string fault = opening(folder.file(), mode);
    CHECK(says(fault, "version 9"));
    CHECK(says(fault, "up to " + std::to_string(newest_schema())));
    CHECK(says(fault, "update ratchet"));
  }
  CHECK(content_of(folder.file()) == before);
  tamper(folder.file(), "PRAGMA user_version = -1");
  CHECK(says(opening(folder.file(), Mode::ReadWrite), "version -1"));
}

TEST_CASE("sqlite: a reader never migrates") {
  const Folder folder;
  tamper(folder.file(), ("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
  CHECK(says(opening(folder.file(), Mode::ReadOnly), "schema is version 0"));
  created(folder.file());
  CHECK_NOTHROW(Store(folder.file(), Mode::ReadOnly));
}

TEST_CASE("sqlite: a damaged header or a cut file is an error") {
  const Folder folder;
  created(folder.file());
  const auto size = std::filesystem::file_size(folder.file());
  std::filesystem::resize_file(folder.file(), size / 2);
  CHECK(says(opening(folder.file(), Mode::ReadWrite), "damaged"));
  CHECK(std::filesystem::file_size(folder.file()) == size / 2);
}

TEST_CASE("sqlite: a reader cannot write") {
  const Folder folder;
  created(folder.file());
  Store store(folder.file(), Mode::ReadOnly);
  CHECK(says(fault_of([&] { store.record(recording_of(a_run("run-0001"))); }), "readonly"));
  CHECK(says(fault_of([&] { a_module(store, folder); }), "reading only"));
  CHECK_FALSE(std::filesystem::exists(folder.file("modules")));
}

TEST_CASE("sqlite: a signal ends the wait for a lock") {
  const Folder folder;
  created(folder.file());
  Connection holder(folder.file(), Mode::ReadWrite);
  const Transaction held(holder, "hold the lock");
  Store store(folder.file(), Mode::ReadWrite, std::chrono::minutes(5));
  struct sigaction ignored = {};
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  REQUIRE(::sigaction(SIGALRM, &action, &ignored) == 0);
  // Again and again: one that comes before the wait begins ends nothing.
  const itimerval every{{0, 50'000}, {0, 50'000}};
  REQUIRE(::setitimer(ITIMER_REAL, &every, nullptr) == 0);
  const auto start = std::chrono::steady_clock::now();
  const std::string fault = fault_of([&] { store.record(recording_of(a_run("run-0001"))); });
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &ignored, nullptr);
  CHECK(says(fault, "another process held the lock"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::minutes(1));
}

TEST_CASE("sqlite: a lock held for too long is said to be one") {
  const Folder folder;
  created(folder.file());
  Connection holder(folder.file(), Mode::ReadWrite);
  const Transaction held(holder, "hold the lock");
  Store store(folder.file(), Mode::ReadWrite, std::chrono::milliseconds(20));
  const std::string fault = fault_of([&] { store.record(recording_of(a_run("run-0001"))); });
  CHECK(says(fault, folder.file().string()));
  CHECK(says(fault, "another process held the lock for longer than 20 ms"));
}

TEST_CASE("sqlite: a writer that dies half-way leaves nothing, and a reader does not repair it") {
  const Folder folder;
  created(folder.file());
  const pid_t child = fork();
  if (child == 0) {
    Connection connection(folder.file(), Mode::ReadWrite);
    connection.execute("spill", "PRAGMA cache_size = 1; BEGIN IMMEDIATE");
    Statement insert(connection, "insert", "INSERT INTO cases (name) VALUES (?)");
    for (int i = 0; i < 20000; ++i) insert.run("case " + std::to_string(i));
    _exit(0);  // no rollback, no destructor: as after kill -9
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  REQUIRE(std::filesystem::file_size(folder.file("ratchet.db-journal")) > 0);
  const std::string before = content_of(folder.file());
  CHECK(says(opening(folder.file(), Mode::ReadOnly), "died in the middle"));
  CHECK(content_of(folder.file()) == before);
  Store store(folder.file(), Mode::ReadWrite);
  CHECK(store.case_names().empty());
  CHECK(store.check().empty());
}

TEST_CASE("sqlite: a transaction left by an exception leaves nothing") {
  const Folder folder;
  created(folder.file());
  Connection connection(folder.file(), Mode::ReadWrite);
  try {
    const Transaction transaction(connection, "try");
    Statement(connection, "insert", "INSERT INTO cases (name) VALUES (?)").run("a");
    throw Error("midway");
  } catch (const Error&) {
  }
  CHECK(connection.number("count", "SELECT count(*) FROM cases") == 0);
}

TEST_CASE("sqlite: a statement with too few values is refused instead of storing NULL") {
  const Folder folder;
  created(folder.file());
  Connection connection(folder.file(), Mode::ReadWrite);
  Statement insert(connection, "insert", "INSERT INTO commit_parents VALUES (?, ?, ?)");
  CHECK(says(fault_of([&] { insert.run(1, 2); }), "2 values for 3 parameters"));
  CHECK(says(fault_of([&] { insert.run(std::uint64_t{1} << 63, 2, "x"); }), "63 bits"));
}

TEST_CASE("schema: wrong types, unknown words and dangling references are refused") {
  const Folder folder;
  created(folder.file());
  Connection connection(folder.file(), Mode::ReadWrite);
  for (const char* sql : {
           "INSERT INTO cases (id, name) VALUES ('one', 'a')",
           "INSERT INTO cases (name) VALUES (NULL)",
           "INSERT INTO cases (name) VALUES ('')",
           "INSERT INTO environments VALUES (1, 'f', 'cuda', 'n', '', '', 'much', 0, 0, '', '', '', '', '', 0)",
           "INSERT INTO runs (uuid, commit_id, environment_id, started_at, tool, telemetry) "
           "VALUES ('u', 1, 1, '2026-01-01T00:00:00Z', '', '[]')",
           "INSERT INTO verdicts (uuid, made_at, outcome, exit_code, document) "
           "VALUES ('u', '2026-01-01T00:00:00Z', 'fine', 0, '{}')",
           "INSERT INTO verdicts (uuid, made_at, outcome, exit_code, document) "
           "VALUES ('u', '2026-01-01T00:00:00Z', 'regressed', 0, '{}')",
           "INSERT INTO verdicts (uuid, made_at, outcome, exit_code, document) VALUES ('u', 'today', 'pass', 0, '{}')",
       }) {
    CAPTURE(sql);
    CHECK_THROWS_AS(connection.execute("tamper", sql), Error);
  }
}

TEST_CASE("schema: every table is STRICT") {
  const Folder folder;
  created(folder.file());
  Connection connection(folder.file(), Mode::ReadOnly);
  CHECK(connection.number("count",
                          "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0 "
                          "AND name NOT LIKE 'sqlite_%'") == 0);
  CHECK(connection.number("count", "SELECT count(*) FROM pragma_table_list WHERE strict = 1") == 21);
}

TEST_CASE("schema: db/schema.md describes every column, in the section of its table") {
  const Folder folder;
  created(folder.file());
  Connection connection(folder.file(), Mode::ReadOnly);
  const std::string document = content_of(RATCHET_SCHEMA);
  Statement columns(connection, "read the columns",
                    "SELECT t.name, c.name FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c "
                    "WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'");
  int seen = 0;
  for (columns.start(); columns.step(); ++seen) {
    const auto begin = document.find("\n**" + columns.text(0) + "** - ");
    CAPTURE(columns.text(0));
    CAPTURE(columns.text(1));
    REQUIRE(begin != std::string::npos);
    const std::string section = document.substr(begin, document.find("\n**", begin + 1) - begin);
    const std::string cell = columns.text(1);
    const bool described =
        section.find("| " + cell + " |") != std::string::npos || section.find("| " + cell + ",") != std::string::npos ||
        section.find(", " + cell + " |") != std::string::npos || section.find(", " + cell + ",") != std::string::npos;
    CHECK(described);
  }
  CHECK(seen > 100);
}

}  // namespace ratchet::db
