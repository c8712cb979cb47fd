#include "db/sqlite.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>

#include "db/lock_holders.h"
#include "db/page_checksums.h"

namespace ratchet::db {
namespace {

constexpr const char* kDamaged =
    "the file is damaged: restore a copy, or let ratchet db salvage make a new file of what can be read";

// What a person can do about it. The primary codes are in the low byte.
std::string remedy(int code, const std::filesystem::path& file, std::chrono::milliseconds patience) {
  if (code == SQLITE_READONLY_ROLLBACK) {
    return "a writer died in the middle of a transaction: let a command that writes (ratchet record) open it once, "
           "which "
           "rolls the rest back";
  }
  if (code == SQLITE_IOERR_DATA) return std::string("the checksum of a page is wrong; ") + kDamaged;
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: {
      const std::string holders = lock_holders(file);
      return "another process held the lock for longer than " + std::to_string(patience.count()) + " ms" +
             (holders.empty() ? "" : ", now " + holders) + ": wait for it to end" +
             (holders.empty() ? ", or find it with fuser" : "");
    }
    case SQLITE_NOTADB:
      return "this is not a SQLite file or its header is damaged: give the right file with --db, or restore a copy";
    case SQLITE_CORRUPT:
      return kDamaged;
    case SQLITE_FULL:
    case SQLITE_IOERR:
      // SQLite then opens it for reading only, and fails when it writes.
      if (const std::string journal = file.string() + "-journal";
          access(journal.c_str(), F_OK) == 0 && access(journal.c_str(), W_OK) != 0)
        return "nothing of it was stored: you may not write " + journal +
               ", which another user made; give it to the users of the database";
      return "nothing of it was stored: free space on the disk, or check the file system";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return "check that the file and its folder exist and that you may read and write them";
    case SQLITE_CONSTRAINT:
      return "nothing of it was stored: the data break a rule of db/schema.md";
    default:
      return "nothing of it was stored";
  }
}

// As sqlite3_busy_timeout() waits, but a signal ends it: whoever is told to stop has seconds.
int wait_for_lock(void* patience_ms, int tries) {
  constexpr long kPauseMs = 20;
  if (tries * kPauseMs >= static_cast<long>(reinterpret_cast<std::intptr_t>(patience_ms))) return 0;
  const std::timespec pause{0, kPauseMs * 1'000'000};
  return ::nanosleep(&pause, nullptr) == 0 ? 1 : 0;
}

}  // namespace

void Connection::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

void Connection::check(int code, std::string_view doing) const {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  const std::string what = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  const std::string text = file_.string() + ": cannot " + std::string(doing) + ": " + what + " (SQLite " +
                           std::to_string(code) + "); " + remedy(code, file_, patience_);
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) throw Busy(text);
  throw Error(text);
}

Connection::Connection(const std::filesystem::path& file, Mode mode, std::chrono::milliseconds patience)
    // Absolute, so that no name is taken for a "file:" URI or for ":memory:".
    : file_(std::filesystem::absolute(file)), mode_(mode), patience_(patience) {
  if (mode == Mode::ReadOnly && !std::filesystem::exists(file_)) {
    throw NoDatabase(file_.string() +
                     ": there is no database here yet; record a run first (ratchet record), or give "
                     "another file with --db");
  }
  // No mutex: a connection is one thread's own, and each column of a row would lock it.
  const int flags = SQLITE_OPEN_NOMUTEX |
                    (mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &opened, flags, checksummed_vfs());
  handle_.reset(opened);  // also after a failure: it carries the message
  check(code, "open the database");
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_handler(opened, wait_for_lock, reinterpret_cast<void*>(static_cast<std::intptr_t>(patience.count())));
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // recursive_triggers: without it INSERT OR REPLACE would delete audit rows behind the back of their triggers.
  execute("set up the connection",
          "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; "
          // 64 MiB: the history of a case touches as many pages as it has runs, and SQLite's 2 MB would read them again.
          "PRAGMA cache_size = -65536; "
          "PRAGMA recursive_triggers = ON");

  const Owner of = owner();
  if (of == Owner::Stranger) {
    throw Error(file_.string() + ": this SQLite file belongs to another program; give ratchet's file with --db");
  }
  if (mode == Mode::ReadOnly) return;
  // Not WAL: Debian 12's SQLite 3.40.1 can corrupt a WAL file when two connections write and checkpoint at one instant.
  // FULL: a verdict that was reported must survive a power cut. One page holds several series of samples (schema.md).
  execute("set the journal mode",
          "PRAGMA page_size = 16384; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL");
  if (of != Owner::Nobody) return;
  int reserved = kChecksumBytes;
  check(sqlite3_file_control(opened, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved), "reserve room for checksums");
}

Owner Connection::owner() {
  const char* doing = "read the database";
  execute(doing, "BEGIN");  // one snapshot: another process may be creating the database right now
  const std::int64_t application = number(doing, "PRAGMA application_id");
  const std::int64_t tables = number(doing, "SELECT count(*) FROM sqlite_schema");
  execute(doing, "COMMIT");
  if (application == kApplicationId) return Owner::Ratchet;
  return application == 0 && tables == 0 ? Owner::Nobody : Owner::Stranger;
}

void Connection::copy_to(Connection& to) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", handle(), "main");
  if (backup == nullptr) to.check(sqlite3_extended_errcode(to.handle()), "copy a database");
  // All at once under one lock of a reader: in parts it would begin anew with every recording of another process.
  constexpr int kAllPages = -1;
  sqlite3_backup_step(backup, kAllPages);
  const int code = sqlite3_backup_finish(backup);  // of the step; its words would be those of the other connection
  if (code != SQLITE_OK)
    throw Error(file_.string() + ": cannot copy the database: " + sqlite3_errstr(code) + "; " + remedy(code, file_, patience_));
}

int Connection::reserved_bytes() {
  int reserved = -1;  // only asks
  check(sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved), "read the page size");
  return reserved;
}

void Connection::execute(const char* doing, const char* sql) {
  check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr), doing);
}

std::int64_t Connection::number(const char* doing, const char* sql) {
  Statement statement(*this, doing, sql);
  statement.start();
  if (!statement.step()) throw Error(file_.string() + ": cannot " + doing + ": no answer from SQLite");
  return statement.integer(0);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Statement::Statement(Connection& connection, std::string doing, std::string_view sql)
    : connection_(connection), doing_(std::move(doing)) {
  sqlite3_stmt* prepared = nullptr;
  const int code =
      sqlite3_prepare_v2(connection_.handle(), sql.data(), static_cast<int>(sql.size()), &prepared, nullptr);
  statement_.reset(prepared);
  connection_.check(code, doing_);
}

void Statement::reset(std::size_t values) {
  sqlite3_reset(statement_.get());  // repeats the code of the last step, which has been reported
  const auto expected = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_.get()));
  if (values != expected) {
    throw Error("cannot " + doing_ + ": " + std::to_string(values) + " values for " + std::to_string(expected) +
                " parameters; this is a fault of ratchet, please report it");
  }
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // The error belongs to the connection: take its words before reset frees the lock that a failed step may hold.
  try {
    connection_.check(code, doing_);
  } catch (const Error&) {
    sqlite3_reset(statement_.get());
    throw;
  }
  return false;
}

std::int64_t Statement::only_id() {
  if (!step())
    throw Error("cannot " + doing_ + ": SQLite returned no id; this is a fault of ratchet, please report it");
  const std::int64_t id = integer(0);
  while (step()) {  // the insert ends with its last row
  }
  return id;
}

void Statement::bind(int index, std::nullptr_t) {
  connection_.check(sqlite3_bind_null(statement_.get(), index), doing_);
}

void Statement::bind(int index, std::int64_t value) {
  connection_.check(sqlite3_bind_int64(statement_.get(), index, value), doing_);
}

void Statement::bind(int index, std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw Error("cannot " + doing_ + ": the number " + std::to_string(value) +
                " does not fit into 63 bits; correct the input");
  }
  bind(index, static_cast<std::int64_t>(value));
}

void Statement::bind(int index, double value) {
  connection_.check(sqlite3_bind_double(statement_.get(), index, value), doing_);
}

void Statement::bind(int index, std::string_view value) {
  // A null pointer would bind NULL, which an empty view may carry.
  const char* begin = value.data() ? value.data() : "";
  connection_.check(sqlite3_bind_text64(statement_.get(), index, begin, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
                    doing_);
}

void Statement::bind(int index, Bytes value) {
  const int code = value.empty()
                       ? sqlite3_bind_zeroblob(statement_.get(), index, 0)
                       : sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(), SQLITE_TRANSIENT);
  connection_.check(code, doing_);
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN() : sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (!begin) return {};
  return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Bytes Statement::blob(int column) const {
  const auto* begin = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Transaction::Transaction(Connection& connection, const char* doing) : connection_(connection), doing_(doing) {
  connection_.execute(doing_, "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // Its own failure leaves nothing to do: SQLite has rolled back by itself (disk full, I/O error).
  if (open_) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.execute(doing_, "COMMIT");
  open_ = false;
}

}  // namespace ratchet::db
