// SHA-256 as 64 lower-case hex digits: the name of a module file and the fingerprint of an environment.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ratchet::db {

[[nodiscard]] std::string sha256_of(std::string_view text);
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file);  // Error when it cannot be read

}  // namespace ratchet::db
