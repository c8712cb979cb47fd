#include "src/serve/deadlines.h"

#include <sys/socket.h>

namespace ratchet::serve {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLook{250};

}  // namespace

Deadlines::Deadlines() : watcher_([this] { watch(); }) {}

Deadlines::~Deadlines() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_all();
  watcher_.join();
}

void Deadlines::give(int socket, std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  ends_[socket] = Clock::now() + time;
}

void Deadlines::forget(int socket) {
  const std::lock_guard lock(mutex_);
  ends_.erase(socket);
}

// Shut down under the lock, so that the number still means this connection; the library sees the end and closes it.
void Deadlines::watch() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kLook, [this] { return ending_; })) {
    const auto now = Clock::now();
    std::erase_if(ends_, [now](const auto& one) {
      return one.second < now && ::shutdown(one.first, SHUT_RDWR) <= 0;  // once, whatever it says
    });
  }
}

}  // namespace ratchet::serve
