#include "kernels/dispatch.h"

#include <doctest/doctest.h>

#include "kernels/attention/tiled_dispatch.h"
#include "kernels/attention/tiled_space.h"

using namespace ratchet::kernels;

namespace {

constexpr std::array<DispatchRow, 3> kRows{{{89, "B=4,D=64,causal=0", "S", 1, 511, "warps=4,keys=64"},
                                            {89, "B=4,D=64,causal=0", "S", 512, kNoEnd, "warps=8,keys=128"},
                                            {90, "B=4,D=64,causal=1", "S", 1, kNoEnd, "warps=4,keys=32"}}};

}  // namespace

TEST_CASE("dispatch: a row is found by device, size and the parameters that the caller depends on, at compile time") {
  static_assert(find_row(kRows, 89, 1, {{"D", "64"}, {"causal", "0"}}) == 0);
  static_assert(find_row(kRows, 89, 511, {{"causal", "0"}}) == 0);
  static_assert(find_row(kRows, 89, 512, {{"causal", "0"}}) == 1);
  static_assert(find_row(kRows, 90, 100, {{"causal", "1"}}) == 2);
  static_assert(number(kRows[1].variant, "keys") == 128);
  CHECK(find_row(kRows, 90, 100, {{"causal", "0"}}) == kRows.size());
  CHECK(find_row(kRows, 80, 100, {{"causal", "0"}}) == kRows.size());
  CHECK(find_row(kRows, 89, 0, {{"causal", "0"}}) == kRows.size());
  CHECK(find_row(kRows, 89, 100, {{"H", "8"}}) == kRows.size());
  const auto shipped = [](int device, std::string_view batch) {
    return find_row(dispatch::attention_tiled, device, 256,
                    {{"B", batch}, {"H", "8"}, {"D", "64"}, {"causal", "0"}});
  };
  CHECK(shipped(90, "4") < dispatch::attention_tiled.size());
  CHECK(shipped(90, "5") == dispatch::attention_tiled.size());  // a batch that nobody measured
  CHECK(shipped(89, "4") == dispatch::attention_tiled.size());  // nor this device
}

TEST_CASE("dispatch: a parameter is found by its whole name, and one that is no number is refused") {
  CHECK(parameter("BS=2,S=512", "S") == "512");
  CHECK(parameter("S=512", "D").empty());
  CHECK(parameter("", "D").empty());
  CHECK_THROWS_AS((void)number("along=reads", "along"), std::invalid_argument);
  CHECK_THROWS_AS((void)number("keys=64", "warps"), std::invalid_argument);
}

TEST_CASE("tiled_space: the plan in use comes first, and each refusal is for its own reason") {
  using attention::kTiledSpace;
  CHECK(kTiledSpace[0].warps == 4);
  CHECK(kTiledSpace[0].keys == 64);
  CHECK(kTiledSpace[0].stages == 2);
  std::size_t kept = 0;
  for (const attention::TiledPoint& point : kTiledSpace) kept += attention::refusal(point) == nullptr ? 1 : 0;
  CHECK(kept == 16);
  const auto says = [](const attention::TiledPoint& point, const char* why) {
    return std::string_view(attention::refusal(point)).find(why) != std::string_view::npos;
  };
  CHECK(says({4, 2, 128, 2}, "registers"));
  CHECK(says({8, 2, 64, 2}, "queries"));
  CHECK(says({4, 1, 128, 4}, "shared memory"));
  CHECK(says({8, 1, 16, 2}, "evenly"));
}
