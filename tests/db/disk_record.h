// What programs did to a folder, call by call, and what a power cut in the middle would have left of it: a write that
// was not synced may be there, missing, or there in some of its sectors, in any combination with others; so may an
// entry of a folder until the folder is synced, whether or not the file was. Stricter than any file system in use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace ratchet::db {

enum class Act { Entry, Removal, Write, Size, Sync, Acknowledged };

struct Operation {
  Act act = Act::Sync;
  int node = 0;  // the file, or the folder whose entries change; 0 is the outermost folder
  std::string name{};
  std::string former_name{};       // of an entry that was renamed
  int entry = 0;                   // the node that it names
  bool folder = false;             // that node is one
  std::uint64_t offset_bytes = 0;  // of a write; or the new size
  std::string bytes{};
};

class DiskRecord {
 public:
  void add(Operation operation) { operations_.push_back(std::move(operation)); }
  [[nodiscard]] std::size_t size() const { return operations_.size(); }
  [[nodiscard]] int acknowledged_before(std::size_t operation) const;

  // Writes into an empty folder what may be left when the power fails just before the given operation.
  void after_power_cut(std::size_t operation, std::mt19937_64& random, const std::filesystem::path& into) const;

 private:
  std::vector<Operation> operations_;
};

}  // namespace ratchet::db
