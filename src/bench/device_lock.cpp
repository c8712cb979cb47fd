#include "src/bench/device_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

constexpr std::chrono::milliseconds kRetry{100};

// Another user's file can be locked after opening it for reading; opening it for writing may be refused.
int open_lock(const std::filesystem::path& file) {
  const int flags = O_CLOEXEC | O_NOFOLLOW;
  int descriptor = open(file.c_str(), O_RDWR | O_CREAT | flags, 0666);
  if (descriptor < 0) descriptor = open(file.c_str(), O_RDONLY | flags);
  if (descriptor < 0) throw Error(fmt::format("{}: cannot open the lock: {}", file.string(), std::strerror(errno)));
  return descriptor;
}

std::string holder(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t count = pread(descriptor, text.data(), text.size() - 1, 0);
  return count > 0 ? fmt::format("process {}", std::string_view(text.data(), std::strcspn(text.data(), "\n")))
                   : "another process";
}

}  // namespace

DeviceLock::DeviceLock(const std::filesystem::path& file, std::chrono::seconds patience,
                       const Interruption& interruption, const std::function<void(const std::string&)>& say)
    : descriptor_(open_lock(file)) {
  struct Close {
    int* descriptor;
    ~Close() {
      if (descriptor) close(*descriptor);
    }
  } unless_locked{&descriptor_};

  const auto until = std::chrono::steady_clock::now() + patience;
  for (bool said = false; flock(descriptor_, LOCK_EX | LOCK_NB) != 0; said = true) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw Error(fmt::format("{}: cannot lock: {}", file.string(), std::strerror(errno)));
    if (!said) say(fmt::format("waiting for the device: {} holds {}", holder(descriptor_), file.string()));
    if (std::chrono::steady_clock::now() >= until)
      throw Error(fmt::format("the device stayed busy for {} s: {} holds {}; wait for it or raise --lock-timeout-s",
                              patience.count(), holder(descriptor_), file.string()));
    (void)interruption.wait(-1, std::min(until, std::chrono::steady_clock::now() + kRetry));
  }
  unless_locked.descriptor = nullptr;
  // For people who wait; who may not write the file holds the lock all the same.
  const std::string text = fmt::format("{}\n", getpid());
  if (ftruncate(descriptor_, 0) == 0) (void)!pwrite(descriptor_, text.data(), text.size(), 0);
}

DeviceLock::~DeviceLock() {
  if (ftruncate(descriptor_, 0) != 0) errno = 0;
  close(descriptor_);
}

}  // namespace ratchet::bench
