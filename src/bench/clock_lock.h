// The GPU's clock held at one value for as long as this lives, and only when a person asked for it. A child does the
// locking and the restoring: it waits until its parent is gone or done, however that happened, so that no exit, signal
// or crash leaves the clock locked. Needs the rights of root.
#pragma once

#include <sys/types.h>

#include <string>

#include "src/bench/nvml.h"

namespace ratchet::bench {

class ClockLock {
 public:
  // Throws Error, with what the driver said, when the clock cannot be locked.
  ClockLock(const std::string& uuid, unsigned mhz, const char* library = kNvmlLibrary);
  // Returns when the clock is restored; writes to the log when it is not.
  ~ClockLock();
  ClockLock(const ClockLock&) = delete;
  ClockLock& operator=(const ClockLock&) = delete;

 private:
  std::string uuid_;
  const char* library_;
  pid_t keeper_ = -1;
  int alive_ = -1;  // write end of the pipe whose end the keeper waits for
};

}  // namespace ratchet::bench
