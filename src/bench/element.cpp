#include "src/bench/element.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "kernels/module.h"

namespace ratchet::bench {

namespace {

template <typename Value>
Value peek(const void* memory, std::uint64_t index) {
  Value value;
  std::memcpy(&value, static_cast<const char*>(memory) + index * sizeof(Value), sizeof(Value));
  return value;
}

template <typename Value>
void poke(void* memory, std::uint64_t index, Value value) {
  std::memcpy(static_cast<char*>(memory) + index * sizeof(Value), &value, sizeof(Value));
}

double from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1F;
  const int fraction = bits & 0x3FF;
  const double sign = bits & 0x8000 ? -1.0 : 1.0;
  if (exponent == 0x1F) return fraction ? std::nan("") : sign * HUGE_VAL;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(fraction + 0x400, exponent - 25);
}

std::uint16_t to_half(double value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double size = std::fabs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00);
  if (size >= 65520) return static_cast<std::uint16_t>(sign | 0x7C00);  // halfway beyond the largest, 65504
  if (size < 0x1p-14) return static_cast<std::uint16_t>(sign | std::lrint(std::ldexp(size, 24)));
  int exponent = 0;
  const double mantissa = std::frexp(size, &exponent);  // [0.5, 1): 11 bits of it are kept
  // A mantissa rounded up to 2^11 carries into the exponent, which is what the addition does.
  return static_cast<std::uint16_t>(sign | (((exponent + 13) << 10) + std::lrint(std::ldexp(mantissa, 11))));
}

std::uint16_t to_bfloat(double value) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  if (std::isnan(value)) return 0x7FC0;
  return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

std::uint64_t element_bytes(std::uint32_t type) {
  switch (type) {
    case RATCHET_F64:
      return 8;
    case RATCHET_F32:
      return 4;
    case RATCHET_F16:
    case RATCHET_BF16:
      return 2;
    case RATCHET_U8:
      return 1;
    default:
      return 0;
  }
}

double load(std::uint32_t type, const void* memory, std::uint64_t index) {
  switch (type) {
    case RATCHET_F64:
      return peek<double>(memory, index);
    case RATCHET_F32:
      return peek<float>(memory, index);
    case RATCHET_F16:
      return from_half(peek<std::uint16_t>(memory, index));
    case RATCHET_BF16:
      return std::bit_cast<float>(static_cast<std::uint32_t>(peek<std::uint16_t>(memory, index)) << 16);
    default:
      return peek<std::uint8_t>(memory, index);
  }
}

void store(std::uint32_t type, void* memory, std::uint64_t index, double value) {
  switch (type) {
    case RATCHET_F64:
      return poke(memory, index, value);
    case RATCHET_F32:
      return poke(memory, index, static_cast<float>(value));
    case RATCHET_F16:
      return poke(memory, index, to_half(value));
    case RATCHET_BF16:
      return poke(memory, index, to_bfloat(value));
    default:
      return poke(memory, index, static_cast<std::uint8_t>(value));
  }
}

}  // namespace ratchet::bench
