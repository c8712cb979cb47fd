#include "db/temporary_name.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string_view>
#include <system_error>
#include <vector>

#include "ratchet/error.h"

namespace ratchet::db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLock = ".lock";
constexpr std::size_t kRandom = 6;

std::string random_letters() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device dice;
  std::string letters;
  while (letters.size() < kRandom) letters += kLetters[dice() % kLetters.size()];
  return letters;
}

// Of a file that is there under its name: the one before may have cleared it between its creation and its lock.
bool lock(int descriptor) {
  while (flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {
  }
  struct stat status {};
  return fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

// The lock's own file last: without it nobody would know that the others are abandoned. unlink() where it is enough,
// as everywhere in this room: the tests' disk sees it.
void remove_all(const std::string& stem) {
  std::error_code ignored;
  const fs::path lock_file = stem + std::string(kLock);
  for (const auto& entry : fs::directory_iterator(lock_file.parent_path(), ignored)) {
    const std::string name = entry.path().string();
    if (!name.starts_with(stem + ".") || name == lock_file.string()) continue;
    if (unlink(name.c_str()) != 0) fs::remove_all(name, ignored);
  }
  unlink(lock_file.c_str());
}

// A lock that cannot be had, for whatever reason, has an owner. Others' files are theirs: in /tmp anybody may make
// names.
bool is_abandoned(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
         flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

void clear_abandoned(const std::string& prefix) {
  std::error_code ignored;
  std::vector<std::string> locks;
  for (const auto& entry : fs::directory_iterator(fs::path(prefix).parent_path(), ignored)) {
    const std::string name = entry.path().string();
    if (name.size() == prefix.size() + kRandom + kLock.size() && name.starts_with(prefix) && name.ends_with(kLock))
      locks.push_back(name);
  }
  for (const std::string& name : locks) {
    const int descriptor = open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (is_abandoned(descriptor)) remove_all(name.substr(0, name.size() - kLock.size()));
    close(descriptor);
  }
}

}  // namespace

TemporaryName::TemporaryName(const fs::path& prefix) {
  const std::string begin = fs::absolute(prefix).string() + "-";
  clear_abandoned(begin);
  while (lock_ < 0) {
    stem_ = begin + random_letters();
    const std::string name = stem_ + std::string(kLock);
    lock_ = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (lock_ < 0 && errno != EEXIST)
      throw Error(name + ": cannot create it: " + std::generic_category().message(errno) +
                  "; check your rights and the space on the disk");
    if (lock_ >= 0 && !lock(lock_)) {
      close(lock_);
      lock_ = -1;
    }
  }
}

TemporaryName::~TemporaryName() {
  remove_all(stem_);
  close(lock_);
}

}  // namespace ratchet::db
