// Files and folders that are there, whole, after a power cut. A file's name is an entry of its folder, and is on the
// disk only when the folder is synced; a file that is written in place can be found half. So files come under a
// temporary name, are synced, are renamed, and then the folder is synced.
#pragma once

#include <filesystem>

#include "db/temporary_name.h"

namespace ratchet::db {

// Makes the folder and those above that are missing.
void create_folders(const std::filesystem::path& folder);

// A file on its way into a folder: gone with this object unless it was published. It is the caller's to create.
class IncomingFile {
 public:
  explicit IncomingFile(const std::filesystem::path& folder) : name_(folder / "incoming") {}

  [[nodiscard]] std::filesystem::path path() const { return name_.with(".file"); }
  // Gives it its name, in place of a file that has it. Durable on return.
  void publish_as(const std::filesystem::path& name);

 private:
  TemporaryName name_;
};

}  // namespace ratchet::db
