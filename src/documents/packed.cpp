#include "src/documents/packed.h"

#include <bit>

namespace ratchet::documents {
namespace {

void append_little_endian(std::string& bytes, std::uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((word >> shift) & 0xffU);
}

}  // namespace

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? kDigits[(group >> (18 - 6 * k)) & 63U] : '=';
  }
  return text;
}

std::string packed(std::span<const float> column) {
  std::string bytes;
  bytes.reserve(column.size() * 4);
  for (const float value : column) append_little_endian(bytes, std::bit_cast<std::uint32_t>(value));
  return base64(bytes);
}

std::string packed(std::span<const std::uint32_t> column) {
  std::string bytes;
  bytes.reserve(column.size() * 4);
  for (const std::uint32_t value : column) append_little_endian(bytes, value);
  return base64(bytes);
}

std::string packed(std::span<const std::uint8_t> column) {
  return base64({reinterpret_cast<const char*>(column.data()), column.size()});
}

}  // namespace ratchet::documents
