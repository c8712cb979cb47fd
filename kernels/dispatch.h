// The table from which a build takes its variants: rows that `ratchet tune --dispatch` writes beside a kernel, and the
// lookup, constexpr, so that a kernel is compiled for the variants that its table names and for no others.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace ratchet::kernels {

inline constexpr std::uint64_t kNoEnd = ~std::uint64_t{0};

struct DispatchRow {
  int compute_capability;   // 89; 0 of a CPU
  std::string_view shape;   // the parameters beside the size, "B=4,H=8,D=64,dtype=fp16,causal=0"
  std::string_view key;     // of the size
  std::uint64_t from;       // sizes, both inclusive
  std::uint64_t to;
  std::string_view variant;  // "warps=4,stages=2"
};

// The value of a parameter in such a list; "" where there is none of that name.
[[nodiscard]] constexpr std::string_view parameter(std::string_view list, std::string_view key) {
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    if (one.substr(0, key.size()) == key && one.substr(key.size(), 1) == "=") return one.substr(key.size() + 1);
    list.remove_prefix(one.size() < list.size() ? one.size() + 1 : list.size());
  }
  return {};
}

// The same as a whole number. Throws, in a constant expression: does not compile, where it is none.
[[nodiscard]] constexpr int number(std::string_view list, std::string_view key) {
  const std::string_view digits = parameter(list, key);
  if (digits.empty()) throw std::invalid_argument("a variant lacks a parameter");
  int value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') throw std::invalid_argument("a variant's parameter is no number");
    value = 10 * value + (digit - '0');
  }
  return value;
}

// Index of the first row of the device that holds the size and agrees in all parameters that the caller depends on; the
// number of rows where there is none.
template <std::size_t kRows>
[[nodiscard]] constexpr std::size_t find_row(
    const std::array<DispatchRow, kRows>& rows, int compute_capability, std::uint64_t size,
    std::initializer_list<std::pair<std::string_view, std::string_view>> parameters) {
  for (std::size_t i = 0; i < kRows; ++i) {
    const DispatchRow& row = rows[i];
    bool fits = row.compute_capability == compute_capability && size >= row.from && size <= row.to;
    for (const auto& [key, value] : parameters) fits = fits && parameter(row.shape, key) == value;
    if (fits) return i;
  }
  return kRows;
}

}  // namespace ratchet::kernels
