#include "db/samples.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

constexpr std::uint8_t kRaw = 1;
constexpr std::uint8_t kTicks = 2;

std::uint8_t encoding_of(const Launches& launches, std::uint64_t batch) {
  return std::to_integer<std::uint8_t>(encode(launches, batch).front());
}

bool same_bits(const Launches& a, const Launches& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](double s, double t) {
      return std::bit_cast<std::uint64_t>(s) == std::bit_cast<std::uint64_t>(t);
    });
  });
}

// The checksum made right again, so that what lies behind it is tested: CRC-32 as in gzip, bit by bit.
std::vector<std::byte> signed_again(std::vector<std::byte> blob) {
  std::uint32_t crc = 0xffffffffU;
  for (std::size_t i = 0; i < blob.size(); ++i) {
    if (i >= 1 && i < 5) continue;
    crc ^= std::to_integer<std::uint32_t>(blob[i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
  }
  crc ^= 0xffffffffU;
  for (std::size_t i = 0; i < 4; ++i) blob[1 + i] = static_cast<std::byte>(crc >> (8 * i));
  return blob;
}

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

}  // namespace

TEST_CASE("samples: edge values survive to the last bit in the encoding they need") {
  const double denormal = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  struct Edge {
    Launches launches;
    std::uint64_t batch;
    std::uint8_t encoding;
  };
  const std::vector<Edge> edges = {
      {{}, 1, kTicks},
      {{{}}, 1, kTicks},
      {{{}, {5}, {}}, 1, kTicks},
      {{{0, 0}}, 1, kTicks},
      {{{-0.0}}, 1, kRaw},
      {{{denormal}}, 1, kRaw},
      {{{huge, 1}}, 1, kRaw},
      {{{-3, 7}}, 1, kTicks},
      {{{1.0 / 3}}, 3, kTicks},
      {{{1.0 / 3}}, 1, kRaw},
      {{{9007199254740991.0, 0, 9007199254740991.0}}, 1, kTicks},
      {{{9007199254740992.0}}, 1, kRaw},
      {{{1, std::numeric_limits<double>::quiet_NaN()}}, 1, kRaw},
      {{{std::numeric_limits<double>::infinity()}}, 1, kRaw},
      {{{1, 2}}, 0, kRaw},
      {{{1, 2}}, std::numeric_limits<std::uint64_t>::max(), kRaw},
  };
  for (const auto& edge : edges) {
    CAPTURE(&edge - edges.data());
    CHECK(encoding_of(edge.launches, edge.batch) == edge.encoding);
    CHECK(same_bits(decode(encode(edge.launches, edge.batch)), edge.launches));
  }
}

TEST_CASE("samples: any launches of any batch survive to the last bit") {
  std::size_t packed = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937_64 random(seed);
    const std::uint64_t batch = 1 + random() % 100;
    const double tick = seed % 3 == 0 ? 32 : 1;
    const bool whole = seed % 4 != 0;
    Launches launches(random() % 5);
    for (auto& launch : launches) {
      launch.resize(random() % 40);
      for (double& sample : launch) {
        const auto bits = random();
        sample = whole ? std::floor(static_cast<double>(bits % 100'000'000)) * tick / static_cast<double>(batch)
                       : std::bit_cast<double>(bits);
      }
    }
    const auto blob = encode(launches, batch);
    CAPTURE(seed);
    REQUIRE(same_bits(decode(blob), launches));
    if (blob.front() == static_cast<std::byte>(kTicks)) ++packed;
  }
  CHECK(packed >= 1500);
}

TEST_CASE("samples: a whole timer tick costs little") {
  std::mt19937_64 random(1);
  std::normal_distribution<double> time_ns(1e6, 1e4);
  Launches launches(10, std::vector<double>(101));
  for (auto& launch : launches) {
    for (double& sample : launch) sample = std::floor(time_ns(random) / 32) * 32;
  }
  CHECK(encode(launches, 1).size() <= 2 * 1010);
}

TEST_CASE("samples: the bytes are those of db/schema.md") {
  // 2 launches of 2 and 1 samples, batch 2: 3, 5 and 4 half ns in units of 1, differences 3, 2, -1.
  const auto blob = encode({{1.5, 2.5}, {2}}, 2);
  CHECK(std::vector<std::byte>(blob.begin() + 5, blob.end()) == bytes({2, 2, 1, 2, 1, 6, 4, 1}));
  CHECK(blob == signed_again(blob));
  const auto raw = encode({{-0.0}}, 1);
  CHECK(std::vector<std::byte>(raw.begin() + 5, raw.end()) == bytes({1, 1, 0, 0, 0, 0, 0, 0, 0, 0x80}));
}

TEST_CASE("samples: a blob cut anywhere is an error") {
  for (const auto& blob : {encode({{100, 101}, {}, {3}}, 1), encode({{0.1, 0.2}}, 1)}) {
    for (std::size_t size = 0; size < blob.size(); ++size) {
      CAPTURE(size);
      CHECK_THROWS_AS(static_cast<void>(decode({blob.data(), size})), Error);
      // Also when the checksum has been made to fit.
      if (size >= 5)
        CHECK_THROWS_AS(static_cast<void>(decode(signed_again({blob.begin(), blob.begin() + static_cast<long>(size)}))),
                        Error);
    }
  }
}

TEST_CASE("samples: a flipped bit anywhere is an error") {
  const auto blob = encode({{100, 101}, {3}}, 1);
  for (std::size_t i = 0; i < blob.size() * 8; ++i) {
    auto changed = blob;
    changed[i / 8] ^= static_cast<std::byte>(1 << (i % 8));
    CAPTURE(i);
    CHECK_THROWS_AS(static_cast<void>(decode(changed)), Error);
  }
}

TEST_CASE("samples: lying lengths, numbers too long, and impossible units are errors, not allocations") {
  const auto fault = [](std::initializer_list<int> tail) {
    auto blob = bytes(tail);
    blob.insert(blob.begin() + 1, 4, std::byte{0});
    return fault_of([&] { static_cast<void>(decode(signed_again(blob))); });
  };
  CHECK(says(fault({2, 0xff, 0xff, 0xff, 0xff, 0x7f}), "more than it holds"));           // launches
  CHECK(says(fault({1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0}), "more than it holds"));  // samples
  CHECK(says(fault({1, 4, 3, 3, 3, 3, 0, 0, 0}), "more than it holds"));                 // samples, only all together
  CHECK(says(fault({2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}), "64 bits"));
  CHECK(says(fault({2, 1, 1, 0, 1, 2}), "divisor or unit"));
  CHECK(says(fault({2, 1, 1, 1, 0, 2}), "divisor or unit"));
  CHECK(says(fault({2, 1, 1, 1, 1, 2, 2}), "after its end"));
  CHECK(says(fault({3, 1, 1, 1, 1, 2}), "unknown encoding 3"));
}

}  // namespace ratchet::db
