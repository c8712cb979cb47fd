#include "db/lock_holders.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <set>

namespace ratchet::db {
namespace {

// A line reads "1: POSIX  ADVISORY  WRITE 71 fe:00:1234 1073741825 1073741825"; one that waits has "->" after the
// colon.
long holder_in(const std::string& line, const struct stat& file) {
  std::array<char, 16> kind{};
  long pid = 0;
  unsigned major_number = 0;
  unsigned minor_number = 0;
  std::uint64_t inode = 0;
  if (std::sscanf(line.c_str(), "%*d: %15s %*s %*s %ld %x:%x:%lu", kind.data(), &pid, &major_number, &minor_number,
                  &inode) != 5)
    return 0;
  const bool of_file = inode == file.st_ino && major_number == major(file.st_dev) && minor_number == minor(file.st_dev);
  return of_file && std::string(kind.data()) == "POSIX" ? pid : 0;
}

}  // namespace

std::string lock_holders(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return {};
  std::set<long> pids;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) pids.insert(holder_in(line, status));
  std::string names;
  for (const long pid : pids) {
    if (pid <= 0) continue;  // of another container
    std::string command;
    std::ifstream comm("/proc/" + std::to_string(pid) + "/comm");
    std::getline(comm, command);
    names += (names.empty() ? "process " : " and process ") + std::to_string(pid) +
             (command.empty() ? "" : " (" + command + ")");
  }
  return names;
}

}  // namespace ratchet::db
