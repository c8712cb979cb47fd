// Owns what SQLite hands out: a connection, a statement, a transaction. It exists so that every other file of this room
// says what is stored and nothing about handles. SQL text is always a literal; values are only ever bound.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ratchet/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ratchet::db {

enum class Mode {
  ReadOnly,   // never creates, changes, migrates or repairs anything
  ReadWrite,  // creates the file where there is none
};

enum class Owner { Nobody, Ratchet, Stranger };  // Nobody: a new file, without a table

// Read-only, and there is no database yet. Its own type, since "no history" is something a command may answer with a
// verdict.
class NoDatabase : public Error {
  using Error::Error;
};

// Another process held a lock for longer than this one waits: the same may succeed in a moment.
class Busy : public Error {
  using Error::Error;
};

constexpr std::int64_t kApplicationId = 0x52544348;  // "RTCH": what file(1) and we know our databases by

// How long a writer waits for others: CI jobs of one machine share a file, and a commit there took at most 1 s in tests
// with four writers.
constexpr std::chrono::milliseconds kPatience{30'000};

// One thread's own: opened without a mutex.
class Connection {
 public:
  // Refuses what is not SQLite or belongs to another program, before anything in it is changed.
  Connection(const std::filesystem::path& file, Mode mode, std::chrono::milliseconds patience = kPatience);

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  [[nodiscard]] Owner owner();
  [[nodiscard]] int reserved_bytes();  // at the end of each page of an existing database

  // Makes `to` page by page what this database is at this moment. Not VACUUM INTO, which fails on generated columns
  // where this connection is read-only (SQLite 3.40.1).
  void copy_to(Connection& to);

  void execute(const char* doing, const char* sql);                       // pragmas and schema; rows are dropped
  [[nodiscard]] std::int64_t number(const char* doing, const char* sql);  // the first column of the first row

  // Throws what the handle's last error means to a person, unless code is a success.
  void check(int code, std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };
  std::filesystem::path file_;
  Mode mode_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<sqlite3, Close> handle_;
};

using Bytes = std::span<const std::byte>;

// One prepared statement. start() binds and waits for step(); run() does it all for statements without rows.
class Statement {
 public:
  // doing completes "cannot ...", in every error of this statement.
  Statement(Connection& connection, std::string doing, std::string_view sql);

  template <class... Values>
  void start(const Values&... values) {
    reset(sizeof...(values));
    int index = 0;
    (bind(++index, values), ...);
  }
  [[nodiscard]] bool step();  // true: a row lies in the columns

  template <class... Values>
  void run(const Values&... values) {
    start(values...);
    while (step()) {
    }
  }

  // For an INSERT ... RETURNING id.
  template <class... Values>
  [[nodiscard]] std::int64_t run_for_id(const Values&... values) {
    start(values...);
    return only_id();
  }

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;  // NULL is NaN: SQLite stores NaN as NULL
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Bytes blob(int column) const;  // until the next step()

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  void reset(std::size_t values);
  std::int64_t only_id();
  void bind(int index, std::nullptr_t);
  void bind(int index, std::int64_t value);
  void bind(int index, std::uint64_t value);  // above 2^63 - 1: Error
  void bind(int index, int value) { bind(index, std::int64_t{value}); }
  void bind(int index, bool value) { bind(index, std::int64_t{value}); }
  void bind(int index, double value);
  void bind(int index, std::string_view value);
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  void bind(int index, Bytes value);
  template <class Value>
  void bind(int index, const std::optional<Value>& value) {
    value ? bind(index, *value) : bind(index, nullptr);
  }

  Connection& connection_;
  std::string doing_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// The columns of the current row, left to right, so that a row of twenty columns needs no counting.
class Row {
 public:
  explicit Row(const Statement& statement) : statement_(statement) {}
  [[nodiscard]] bool is_null() const { return statement_.is_null(column_); }
  std::int64_t integer() { return statement_.integer(column_++); }
  std::uint64_t count() { return static_cast<std::uint64_t>(statement_.integer(column_++)); }
  bool flag() { return statement_.integer(column_++) != 0; }
  double real() { return statement_.real(column_++); }
  std::string text() { return statement_.text(column_++); }
  Bytes blob() { return statement_.blob(column_++); }

 private:
  const Statement& statement_;
  int column_ = 0;
};

// Writes are all or nothing: rolls back unless committed. Takes the write lock at once (BEGIN IMMEDIATE), because a
// reader that wants to become a writer fails at once instead of waiting for its turn.
class Transaction {
 public:
  Transaction(Connection& connection, const char* doing);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection& connection_;
  const char* doing_;
  bool open_ = true;
};

}  // namespace ratchet::db
