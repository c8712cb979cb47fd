// The element types of the module ABI on the host: size, and conversion from and to double.
#pragma once

#include <cstdint>

namespace ratchet::bench {

// Bytes of one element of ratchet_type; 0 for a type that does not exist.
[[nodiscard]] std::uint64_t element_bytes(std::uint32_t type);

[[nodiscard]] double load(std::uint32_t type, const void* memory, std::uint64_t index);

// Rounds to nearest even where the type is narrower; F16 beyond its range becomes infinite.
void store(std::uint32_t type, void* memory, std::uint64_t index, double value);

}  // namespace ratchet::bench
