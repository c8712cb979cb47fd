// Files and folders that are there, whole, after a power cut. A file's name is an entry of its folder, and is on the
// disk only when the folder is synced; a file that is written in place can be found half. So files come under a
// temporary name, are synced, are renamed, and then the folder is synced.
#pragma once

#include <filesystem>
#include <string>

namespace ratchet::db {

// Makes the folder and those above that are missing.
void create_folders(const std::filesystem::path& folder);

// A file on its way into a folder: gone with this object unless it was published.
class IncomingFile {
 public:
  explicit IncomingFile(const std::filesystem::path& folder);
  IncomingFile(const IncomingFile&) = delete;
  IncomingFile& operator=(const IncomingFile&) = delete;
  ~IncomingFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // Gives it its name, in place of a file that has it. Durable on return.
  void publish_as(const std::filesystem::path& name);

 private:
  std::filesystem::path path_;
};

}  // namespace ratchet::db
