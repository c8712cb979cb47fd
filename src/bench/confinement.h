// Takes from the process that loads modules what no kernel needs: other files to write, the network, other processes. A
// module may be code that nobody has reviewed, and it runs as the user whose database, caches and keys lie about.
// Landlock and seccomp do it, without privileges, namespaces or a container (SECURITY.md says what they do not keep).
#pragma once

#include <string>
#include <vector>

namespace ratchet::bench {

// The version of Landlock in the running kernel; 0: none.
[[nodiscard]] int landlock_version() noexcept;

// For the calling process, which has one thread, and for good; before a module is loaded, whose constructors run then.
// Device files, /dev/shm, /proc/self/task and descriptors that are open stay writable, all that could be read can be read, threads can
// be started. Returns what the kernel cannot deny, one line each: measuring goes on without it.
[[nodiscard]] std::vector<std::string> confine(int landlock = landlock_version());

}  // namespace ratchet::bench
