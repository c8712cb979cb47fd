#include "src/bench/sha256.h"

#include <sha2.h>

#include <array>

#include "ratchet/error.h"

namespace ratchet::bench {

std::string sha256(std::string_view text) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  SHA256Data(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), hex.data());
  return hex.data();
}

std::string sha256_of_file(const std::string& path) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  if (!SHA256File(path.c_str(), hex.data())) throw Error(path + ": cannot be read; give the path of a module file");
  return hex.data();
}

}  // namespace ratchet::bench
