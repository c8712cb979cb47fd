// Transposition by tiles, so that the lines of the side met at a stride are used up before they leave the cache.
#include "kernels/transposition/transposition.h"

namespace ratchet::kernels::transposition {
namespace {

template <int kTile, Along kAlong>
void tile_of(const float* __restrict a, float* __restrict b, std::uint64_t n) {
  for (std::uint64_t i = 0; i < kTile; ++i) {
    for (std::uint64_t j = 0; j < kTile; ++j) {
      if constexpr (kAlong == Along::Reads) {
        b[j * n + i] = a[i * n + j];
      } else {
        b[i * n + j] = a[j * n + i];
      }
    }
  }
}

template <int kTile, Along kAlong>
void transpose(std::uint32_t n, const Call& call) {
  const auto* a = call.buffer<const float>(kA);
  auto* b = call.buffer<float>(kB);
  call.parallel_for(n / kTile, [=](std::uint32_t task) {
    const std::uint64_t row = std::uint64_t{task} * kTile;
    for (std::uint64_t column = 0; column < n; column += kTile)
      tile_of<kTile, kAlong>(a + row * n + column, b + column * n + row, n);
  });
}

using Transpose = void (*)(std::uint32_t n, const Call& call);

template <Along kAlong>
Transpose by_tile(std::uint32_t tile) {
  switch (tile) {
    case 8:
      return transpose<8, kAlong>;
    case 16:
      return transpose<16, kAlong>;
    case 32:
      return transpose<32, kAlong>;
    case 64:
      return transpose<64, kAlong>;
    default:
      throw std::invalid_argument("transposition: there is no tile of " + std::to_string(tile));
  }
}

}  // namespace

Case blocked(std::uint32_t n, const Point& point) {
  const std::uint64_t elements = std::uint64_t{n} * n;
  Case one{.op = "transposition", .implementation = "blocked", .parameters = {{"n", n}}};
  one.variant = {{"tile", point.tile}, {"along", std::string(point.along == Along::Reads ? "reads" : "writes")}};
  one.definition = "b = a^T in FP32, n x n";
  one.bytes = 2 * sizeof(float) * elements;
  one.buffers = {input("a", RATCHET_F32, elements, RATCHET_UNIFORM, 1), output("b", RATCHET_F32, elements, n, {0, 0})};
  one.source = here();
  one.reference = [n](const Call& call, double* const* expected) {
    const auto* a = call.buffer<const float>(kA);
    for (std::uint64_t i = 0; i < n; ++i) {
      for (std::uint64_t j = 0; j < n; ++j) expected[0][j * n + i] = double{a[i * n + j]};
    }
  };
  if (const char* why = refusal(point, n)) return rejected(one, why);
  one.launch = [n, run = point.along == Along::Reads ? by_tile<Along::Reads>(point.tile)
                                                     : by_tile<Along::Writes>(point.tile)](const Call& call) {
    run(n, call);
  };
  return one;
}

std::vector<Case> blocked_space() {
  std::vector<Case> list;
  for (const std::uint32_t n : kSizes) {
    for (const std::uint32_t tile : kTiles) {
      for (const Along along : {Along::Reads, Along::Writes}) list.push_back(blocked(n, {tile, along}));
    }
  }
  return list;
}

}  // namespace ratchet::kernels::transposition
