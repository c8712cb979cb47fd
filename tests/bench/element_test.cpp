#include "src/bench/element.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/module.h"
#include "src/bench/cpu_device.h"

namespace ratchet::bench {
namespace {

std::uint16_t bits_of(std::uint32_t type, double value) {
  std::uint16_t bits = 0;
  store(type, &bits, 0, value);
  return bits;
}

TEST_CASE("element: every F16 number survives the way to double and back") {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const double value = load(RATCHET_F16, &half, 0);
    if (!std::isnan(value)) REQUIRE(bits_of(RATCHET_F16, value) == half);
  }
}

TEST_CASE("element: F16 rounds to nearest even and overflows to infinity") {
  CHECK(bits_of(RATCHET_F16, 1.0) == 0x3C00);
  CHECK(bits_of(RATCHET_F16, 1 + 0x1p-11) == 0x3C00);      // a tie, down to even
  CHECK(bits_of(RATCHET_F16, 1 + 3 * 0x1p-11) == 0x3C02);  // a tie, up to even
  CHECK(bits_of(RATCHET_F16, 65519.9) == 0x7BFF);
  CHECK(bits_of(RATCHET_F16, 65520) == 0x7C00);
  CHECK(bits_of(RATCHET_F16, -0x1p-24) == 0x8001);
  CHECK(bits_of(RATCHET_F16, 2047.9 * 0x1p-25) == 0x0400);  // the largest subnormal rounds up to the smallest normal
}

TEST_CASE("element: BF16 is the upper half of a float, rounded") {
  CHECK(bits_of(RATCHET_BF16, 1.0) == 0x3F80);
  CHECK(bits_of(RATCHET_BF16, 1 + 0x1p-8) == 0x3F80);
  CHECK(bits_of(RATCHET_BF16, 1 + 3 * 0x1p-8) == 0x3F82);
  const std::uint16_t bits = 0xC040;
  CHECK(load(RATCHET_BF16, &bits, 0) == -3);
}

TEST_CASE("element: 0xFF bytes are NaN in every float type") {
  const std::uint64_t poison = ~std::uint64_t{0};
  for (const std::uint32_t type : {RATCHET_F32, RATCHET_F16, RATCHET_BF16, RATCHET_F64})
    CHECK(std::isnan(load(type, &poison, 0)));
}

TEST_CASE("cpu device: inputs depend on seed and index alone and have the moments they claim") {
  CpuDevice device(1);
  constexpr std::uint64_t kCount = 100'000;
  std::vector<double> values(kCount);
  std::vector<double> again(kCount / 2);
  device.fill({"x", RATCHET_F64, RATCHET_NORMAL, kCount, 5, 0, 0, 0}, values.data());
  device.fill({"other", RATCHET_F64, RATCHET_NORMAL, kCount / 2, 5, 0, 0, 0}, again.data());
  CHECK(std::equal(again.begin(), again.end(), values.begin()));
  double sum = 0;
  double squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  CHECK(std::fabs(sum / kCount) < 4 / std::sqrt(kCount));
  CHECK(std::fabs(squares / kCount - 1) < 4 * std::sqrt(2.0 / kCount));

  device.fill({"u", RATCHET_F64, RATCHET_UNIFORM, kCount, 6, 0, 0, 0}, values.data());
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  CHECK(*low >= 0);
  CHECK(*low < 0.001);
  CHECK(*high > 0.999);
  CHECK(*high < 1);
}

TEST_CASE("cpu device: a checksum sees one bit, a swap, and the last odd byte") {
  CpuDevice device(1);
  std::vector<std::uint8_t> bytes(35, 0);
  bytes[3] = 1;
  const auto sum = device.checksum(bytes.data(), bytes.size());
  CHECK(device.checksum(bytes.data(), bytes.size()) == sum);
  std::swap(bytes[3], bytes[11]);
  CHECK(device.checksum(bytes.data(), bytes.size()) != sum);
  std::swap(bytes[3], bytes[11]);
  bytes[34] = 128;
  CHECK(device.checksum(bytes.data(), bytes.size()) != sum);
}

}  // namespace
}  // namespace ratchet::bench
