#include "db/durable.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <system_error>

#include "ratchet/error.h"

namespace ratchet::db {
namespace {

// errno's words, before anything else can change them.
[[noreturn]] void fail(const std::filesystem::path& file, const std::string& doing) {
  throw Error(file.string() + ": cannot " + doing + " it: " + std::generic_category().message(errno) +
              "; check that it exists, your rights, and the space on the disk");
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags) : number_(open(file.c_str(), flags | O_CLOEXEC)) {
    if (number_ < 0) fail(file, "open");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(number_); }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

void sync(const std::filesystem::path& path, int flags) {
  const Descriptor opened(path, O_RDONLY | flags);
  if (fsync(opened.number()) != 0) fail(path, "flush");
}

}  // namespace

void create_folders(const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::is_directory(folder)) return;
  const std::filesystem::path above = folder.has_filename() ? folder.parent_path() : folder.parent_path().parent_path();
  create_folders(above);
  std::error_code failed;
  std::filesystem::create_directory(folder, failed);  // no failure when another process was faster
  if (failed) throw Error(folder.string() + ": cannot create the folder: " + failed.message());
  sync(above.empty() ? "." : above, O_DIRECTORY);
}

void IncomingFile::publish_as(const std::filesystem::path& name) {
  sync(path(), 0);
  if (rename(path().c_str(), name.c_str()) != 0) fail(name, "rename a file to");
  sync(name.parent_path(), O_DIRECTORY);
}

}  // namespace ratchet::db
