#include "db/samples.h"

#include <bit>
#include <boost/crc.hpp>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "ratchet/error.h"

namespace ratchet::db {
namespace {

constexpr std::byte kRaw{1};    // little-endian doubles
constexpr std::byte kTicks{2};  // sample = (double)(ticks * unit) / divisor, ticks as zigzag varint differences
constexpr std::size_t kHeaderBytes = 5;
constexpr std::int64_t kExact = std::int64_t{1} << 53;  // up to here a double holds every integer
constexpr std::uint64_t kLargestDivisor = 1'000'000;    // far above any batch; keeps value * divisor a fair guess

std::uint32_t checksum(std::span<const std::byte> blob) {
  boost::crc_32_type crc;
  crc.process_bytes(blob.data(), 1);  // the encoding byte; the checksum itself is left out
  crc.process_bytes(blob.data() + kHeaderBytes, blob.size() - kHeaderBytes);
  return crc.checksum();
}

void put_varint(std::vector<std::byte>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
  out.push_back(static_cast<std::byte>(value));
}

void put_fixed(std::vector<std::byte>& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<std::byte>(value >> shift));
}

// Differences wrap in 64 bits, so no value that decode() meets can overflow.
std::uint64_t zigzag(std::uint64_t difference) { return (difference << 1) ^ (0 - (difference >> 63)); }
std::uint64_t unzigzag(std::uint64_t code) { return (code >> 1) ^ (0 - (code & 1)); }

// The integers k with sample == (double)k / divisor bit for bit, if there are such.
std::optional<std::vector<std::int64_t>> integers(const Launches& launches, std::uint64_t divisor) {
  if (divisor == 0 || divisor > kLargestDivisor) return std::nullopt;
  std::vector<std::int64_t> result;
  for (const auto& launch : launches) {
    for (const double sample : launch) {
      const double scaled = sample * static_cast<double>(divisor);
      if (!(std::abs(scaled) < static_cast<double>(kExact))) return std::nullopt;  // also NaN
      const std::int64_t k = std::llround(scaled);
      const double back = static_cast<double>(k) / static_cast<double>(divisor);
      if (std::bit_cast<std::uint64_t>(back) != std::bit_cast<std::uint64_t>(sample)) return std::nullopt;  // also -0.0
      result.push_back(k);
    }
  }
  return result;
}

void put_ticks(std::vector<std::byte>& out, const std::vector<std::int64_t>& values, std::uint64_t divisor) {
  std::int64_t unit = 0;
  for (const std::int64_t value : values) unit = std::gcd(unit, value);
  if (unit == 0) unit = 1;  // no values, or only zeros
  put_varint(out, divisor);
  put_varint(out, static_cast<std::uint64_t>(unit));
  std::int64_t previous = 0;
  for (const std::int64_t value : values) {
    put_varint(out, zigzag(static_cast<std::uint64_t>(value / unit - previous)));
    previous = value / unit;
  }
}

// Reads front to back and refuses to read past the end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> rest) : rest_(rest) {}
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  std::uint8_t byte() {
    if (rest_.empty()) throw Error("sample blob ends too early; restore the database from a copy");
    const auto value = std::to_integer<std::uint8_t>(rest_.front());
    rest_ = rest_.subspan(1);
    return value;
  }

  std::uint64_t fixed(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= std::uint64_t{byte()} << (8 * i);
    return value;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint64_t part = byte();
      if (shift == 63 && part > 1) break;
      value |= (part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
    throw Error("sample blob holds a number of more than 64 bits; restore the database from a copy");
  }

  // A number of things that take at least one byte each: what cannot be there is not allocated.
  std::size_t length() {
    const std::uint64_t value = varint();
    if (value > left()) throw Error("sample blob claims more than it holds; restore the database from a copy");
    return static_cast<std::size_t>(value);
  }

 private:
  std::span<const std::byte> rest_;
};

void read_raw(Reader& in, Launches& launches) {
  for (auto& launch : launches) {
    for (double& sample : launch) sample = std::bit_cast<double>(in.fixed(8));
  }
}

void read_ticks(Reader& in, Launches& launches) {
  const std::uint64_t divisor = in.varint();
  const std::uint64_t unit = in.varint();
  if (divisor == 0 || divisor > kLargestDivisor || unit == 0) {
    throw Error("sample blob has an impossible divisor or unit; restore the database from a copy");
  }
  std::uint64_t ticks = 0;
  for (auto& launch : launches) {
    for (double& sample : launch) {
      ticks += unzigzag(in.varint());
      sample = static_cast<double>(static_cast<std::int64_t>(ticks * unit)) / static_cast<double>(divisor);
    }
  }
}

}  // namespace

std::vector<std::byte> encode(const Launches& launches, std::uint64_t batch) {
  const auto ticks = integers(launches, batch);
  std::vector<std::byte> out(kHeaderBytes);
  out[0] = ticks ? kTicks : kRaw;
  put_varint(out, launches.size());
  for (const auto& launch : launches) put_varint(out, launch.size());
  if (ticks) {
    put_ticks(out, *ticks, batch);
  } else {
    for (const auto& launch : launches) {
      for (const double sample : launch) put_fixed(out, std::bit_cast<std::uint64_t>(sample));
    }
  }
  const std::uint32_t crc = checksum(out);
  for (std::size_t i = 0; i < 4; ++i) out[1 + i] = static_cast<std::byte>(crc >> (8 * i));
  return out;
}

Launches decode(std::span<const std::byte> blob) {
  Reader in(blob);
  const auto encoding = static_cast<std::byte>(in.byte());
  if (encoding != kRaw && encoding != kTicks) {
    throw Error("sample blob has the unknown encoding " + std::to_string(std::to_integer<int>(encoding)) +
                "; update ratchet, or restore the database from a copy");
  }
  const auto stored = static_cast<std::uint32_t>(in.fixed(4));
  if (stored != checksum(blob)) {
    throw Error("sample blob fails its checksum; restore the database from a copy");
  }
  Launches launches(in.length());
  std::size_t total = 0;
  for (auto& launch : launches) {
    const std::size_t length = in.length();
    total += length;
    if (total > in.left()) throw Error("sample blob claims more than it holds; restore the database from a copy");
    launch.resize(length);
  }
  encoding == kRaw ? read_raw(in, launches) : read_ticks(in, launches);
  if (in.left() != 0) throw Error("sample blob goes on after its end; restore the database from a copy");
  return launches;
}

std::vector<std::byte> encode_duet(const std::vector<DuetLaunch>& launches, std::uint64_t batch) {
  Launches lists;
  for (const auto& launch : launches) {
    lists.push_back(launch.baseline_ns);
    lists.push_back(launch.candidate_ns);
  }
  return encode(lists, batch);
}

std::vector<DuetLaunch> decode_duet(const std::string& what, std::span<const std::byte> blob) {
  try {
    Launches lists = decode(blob);
    if (lists.size() % 2 != 0) throw Error("a launch of the duet has only one side; restore the database from a copy");
    std::vector<DuetLaunch> launches;
    for (std::size_t i = 0; i < lists.size(); i += 2)
      launches.push_back({std::move(lists[i]), std::move(lists[i + 1])});
    return launches;
  } catch (const Error& fault) {
    throw Error(what + ": " + fault.what());
  }
}

}  // namespace ratchet::db
