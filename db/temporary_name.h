// Names beside each other for what is not to stay, such as a file on its way into a folder. All of it is gone with the
// object. Who is killed removes nothing: that does the next who takes a name of the same prefix. An owner is known by
// the lock (flock) that he holds on <stem>.lock and that the kernel takes from the dead; a number of a process would
// mean nothing in another container that shares the folder.
#pragma once

#include <filesystem>
#include <string>

namespace ratchet::db {

class TemporaryName {
 public:
  // prefix: a folder that exists, and how the name begins.
  explicit TemporaryName(const std::filesystem::path& prefix);
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName();

  // Nothing is there yet. suffix: begins with a dot; SQLite's own files beside it are of the same owner.
  [[nodiscard]] std::filesystem::path with(const std::string& suffix) const { return stem_ + suffix; }

 private:
  std::string stem_;
  int lock_ = -1;
};

}  // namespace ratchet::db
