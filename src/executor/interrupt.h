// Remembers that the user (SIGINT) or the system (SIGTERM) wants us to stop, so that children are ended, worktrees
// removed and locks released before main returns 130 or 143. Handlers only set a flag: all work is done outside them.
#pragma once

#include <string>

#include "ratchet/error.h"

namespace ratchet::executor {

// Called once, early in main. Blocking system calls then return EINTR instead of being restarted.
void install_interrupt_handlers();

// The signal that arrived first, or 0.
[[nodiscard]] int interrupt_signal() noexcept;

// As the handlers do; 0 forgets the signal, for tests.
void set_interrupt_signal(int signal) noexcept;

// Thrown where work is given up because of the signal; main returns 128 + signal().
class Interrupted : public Error {
 public:
  // kept: what the work so far left behind, for people.
  explicit Interrupted(int signal, std::string kept = "nothing was recorded");
  [[nodiscard]] int signal() const noexcept { return signal_; }
  [[nodiscard]] const std::string& kept() const noexcept { return kept_; }

 private:
  int signal_;
  std::string kept_;
};

}  // namespace ratchet::executor
