#include "db/sha256.h"

#include <sha2.h>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "ratchet/error.h"

namespace ratchet::db {
namespace {

class Hash {
 public:
  Hash() { SHA256Init(&context_); }
  void add(const char* begin, std::size_t size) {
    SHA256Update(&context_, reinterpret_cast<const std::uint8_t*>(begin), size);
  }
  std::string hex() {
    std::array<char, SHA256_DIGEST_STRING_LENGTH> digits{};
    SHA256End(&context_, digits.data());
    return digits.data();
  }

 private:
  SHA2_CTX context_{};
};

}  // namespace

std::string sha256_of(std::string_view text) {
  Hash hash;
  hash.add(text.data(), text.size());
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 1 << 16> part{};
  Hash hash;
  while (in.read(part.data(), part.size()) || in.gcount() > 0)
    hash.add(part.data(), static_cast<std::size_t>(in.gcount()));
  // A folder opens but does not read; eof is the only good end.
  if (!in.eof()) throw Error(file.string() + ": cannot be read; check that it is a file and that you may read it");
  return hash.hex();
}

}  // namespace ratchet::db
