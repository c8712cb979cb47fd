// SIGINT and SIGTERM as something to wait for. They are blocked while this lives, so that an interrupt ends the program
// by leaving scopes: the worker is killed and the lock released by destructors, never by a handler.
#pragma once

#include <signal.h>

#include <chrono>

namespace ratchet::bench {

// Thrown by Interruption::wait. The exit code is 128 + the signal.
struct Interrupted {
  int signal;
};

class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // Waits until `descriptor` can be read; false when the time is over. -1 waits for the time alone.
  [[nodiscard]] bool wait(int descriptor, std::chrono::steady_clock::time_point until) const;
  // In a forked child: signals are its own again.
  void forget() const noexcept;

 private:
  int descriptor_;
  sigset_t before_;
};

}  // namespace ratchet::bench
