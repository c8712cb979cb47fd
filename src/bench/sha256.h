// SHA-256 in lower-case hex, by libmd.
#pragma once

#include <string>
#include <string_view>

namespace ratchet::bench {

[[nodiscard]] std::string sha256(std::string_view text);
// Throws Error when the file cannot be read.
[[nodiscard]] std::string sha256_of_file(const std::string& path);

}  // namespace ratchet::bench
