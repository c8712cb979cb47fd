// Module files by their content, beside the database: the machine code of a baseline must be there, unchanged, when a
// later commit is measured beside it. Files are only ever added; a file whose content lost its name is an error.
#pragma once

#include <filesystem>
#include <string>

namespace ratchet::db {

class ModuleStore {
 public:
  // Creates nothing until the first put().
  explicit ModuleStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Copies the file in and returns its SHA-256 in hex. Again is harmless, and repairs a damaged copy. Durable on
  // return.
  std::string put(const std::filesystem::path& file);

  [[nodiscard]] bool contains(const std::string& hash) const;

  // The stored file, its content hashed again. Error when it is missing or damaged.
  [[nodiscard]] std::filesystem::path path(const std::string& hash) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace ratchet::db
