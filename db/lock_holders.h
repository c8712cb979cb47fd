// Who holds a lock on a database, for the message of the one who waited in vain. From /proc/locks, since opening the
// file to ask for its locks and closing it again would drop this process's own.
#pragma once

#include <filesystem>
#include <string>

namespace ratchet::db {

// Such as "process 71 (ratchet) and process 72 (sqlite3)"; "" where the kernel does not tell.
[[nodiscard]] std::string lock_holders(const std::filesystem::path& file);

}  // namespace ratchet::db
