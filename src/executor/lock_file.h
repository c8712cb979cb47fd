// Where the lock of a device is: one measurement at a time on it, whichever of the programs makes it.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "ratchet/error.h"

namespace ratchet::executor {

// "cpu", or the UUID of a GPU. ratchet-<device>.lock in the first folder of these that can be written: /run/lock, /tmp. A
// user's own XDG_RUNTIME_DIR would hide the lock from the runner's user, and both would measure at once.
[[nodiscard]] inline std::filesystem::path lock_file(const std::string& device) {
  for (const char* folder : {"/run/lock", "/tmp"})
    if (::access(folder, W_OK | X_OK) == 0) return std::filesystem::path(folder) / ("ratchet-" + device + ".lock");
  throw Error("neither /run/lock nor /tmp can be written, so the device cannot be locked");
}

}  // namespace ratchet::executor
