// The counter-based generator behind inputs and orders: a value depends on (seed, index) only, so that buffers can be
// filled in any order and on any number of threads. kernels/device_tools.cu computes the same function on a GPU.
#pragma once

#include <cstdint>

namespace ratchet::bench {

// The finalizer of splitmix64 (Steele, Lea, Flood 2014): 64 well mixed bits.
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// Element `index` of the stream `seed`. The seed is mixed first: neighbouring seeds give unrelated streams.
constexpr std::uint64_t draw(std::uint64_t seed, std::uint64_t index) {
  return mix(mix(seed) + (index + 1) * 0x9E3779B97F4A7C15u);
}

}  // namespace ratchet::bench
