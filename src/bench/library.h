// Shared libraries loaded into this process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace ratchet::bench {

struct CloseLibrary {
  void operator()(void* library) const noexcept;
};
using Library = std::unique_ptr<void, CloseLibrary>;

// Both throw Error, naming the file, where it cannot be loaded.
[[nodiscard]] Library load_library(const std::string& path);

// From a copy in memory, made anew: the loader would return the same instance for a file that is loaded already. It begins
// at a multiple of kAlignment, as far as the kernel leaves room there: so copies of equal files lie equally, and what code
// evicts from caches and which branches are taken for each other is no side's.
[[nodiscard]] Library load_copy(const std::string& path);
constexpr std::uint64_t kAlignment = std::uint64_t{1} << 21;  // bytes

}  // namespace ratchet::bench
