// Columns of numbers as text. JSON numbers would take three times the room and thirty times as long to read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ratchet::documents {

[[nodiscard]] std::string base64(std::string_view bytes);  // RFC 4648, padded

// Little-endian on every host.
[[nodiscard]] std::string packed(std::span<const float> column);
[[nodiscard]] std::string packed(std::span<const std::uint32_t> column);
[[nodiscard]] std::string packed(std::span<const std::uint8_t> column);

}  // namespace ratchet::documents
