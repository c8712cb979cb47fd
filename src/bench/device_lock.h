// One measurement at a time on a device, whoever the user is: a lock file named after the device, in a folder that all
// users of the machine share. The kernel releases it with the process, so a crash leaves no stale lock.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "src/bench/interruption.h"
#include "src/executor/lock_file.h"

namespace ratchet::bench {

class DeviceLock {
 public:
  // Waits up to `patience`; tells `say` once who holds the lock. Throws Error when the time is over.
  DeviceLock(const std::filesystem::path& file, std::chrono::seconds patience, const Interruption& interruption,
             const std::function<void(const std::string&)>& say);
  ~DeviceLock();
  DeviceLock(const DeviceLock&) = delete;
  DeviceLock& operator=(const DeviceLock&) = delete;

 private:
  int descriptor_;
};

using executor::lock_file;

}  // namespace ratchet::bench
