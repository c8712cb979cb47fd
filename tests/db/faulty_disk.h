// A disk that fails on demand. In the program that links this file it takes the place of the C library's calls that
// reach a disk (open, write, fsync, rename, ...), so that SQLite, std::filesystem and the store run as they are and
// know nothing about it. Below SQLite's VFS and not as one: a VFS sees neither the module files nor how SQLite syncs a
// directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "tests/db/disk_record.h"

namespace ratchet::db {

enum class Moment { Before, After };
enum class Counting { Changes, Everything };  // whether reading counts as a call
enum class Spell { Once, ForGood };

// At most one at a time. Calls outside of its folder, and all calls while there is none, pass unchanged.
class FaultyDisk {
 public:
  // The folder must exist and be empty; it counts as synced.
  explicit FaultyDisk(std::filesystem::path folder);
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  // Calls are numbered from 1, from here on; a plan replaces the one before.
  void count(Counting what);
  void fail_at(std::uint64_t call, int error, Spell spell, Counting what);
  void kill_at(std::uint64_t call, Moment moment);
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

  // A note in the record: whatever was promised before it must survive a power cut after it.
  void acknowledge() { record_.add({.act = Act::Acknowledged}); }
  [[nodiscard]] const DiskRecord& record() const { return record_; }

 private:
  friend struct DiskCalls;
  enum class Plan { Count, Fail, Kill };

  [[nodiscard]] int node(const std::string& path) const;  // -1: not in the folder
  bool strikes(bool changes);                             // counts; true: fail with error_
  void done();                                            // after a call that changed something
  void add_entry(const std::string& path, const std::string& former, bool folder);

  std::string folder_;
  std::map<std::string, int> nodes_;  // by path, as running programs see it
  std::map<int, int> opened_;         // file descriptor -> node
  int newest_node_ = 0;
  DiskRecord record_;
  Plan plan_ = Plan::Count;
  Counting counting_ = Counting::Changes;
  Moment moment_ = Moment::Before;
  Spell spell_ = Spell::Once;
  std::uint64_t at_ = 0;
  int error_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace ratchet::db
