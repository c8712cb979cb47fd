// Which cases are variants of one another: they compute the same function, by the word of their definition, and differ
// in how. What differs names the variant, what does not names the shape. Nobody declares it a second time, so that the
// names in a table cannot disagree with what was compared.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ratchet/run.h"

namespace ratchet {

struct VariantShape {
  std::string parameters;          // "B=4,H=8,S=512,..."; of a cache and clock that differ, those words too
  std::vector<std::size_t> cases;  // in the order declared: the first is the simplest
};

struct VariantSpace {
  std::string family;             // "attention/tiled"
  std::vector<std::string> keys;  // that differ between cases of one definition, in the order of the ids
  std::vector<VariantShape> shapes;
};

// Cases of `family` alone, which is "op/implementation". Error where there is none, where one does not say what it
// computes, or where no shape has two variants.
[[nodiscard]] VariantSpace variant_space(const std::string& family, std::span<const CaseFacts> cases);

// "warps=4,stages=2": the parameters of an id with these keys, or, for the shape, without them.
[[nodiscard]] std::string variant_of(const std::string& id, const std::vector<std::string>& keys);
[[nodiscard]] std::string shape_of(const std::string& id, const std::vector<std::string>& keys);

// The value of a parameter in "a=1,b=2"; "" where there is none of that name.
[[nodiscard]] std::string value_in(std::string_view parameters, std::string_view key);
// The same list without that parameter.
[[nodiscard]] std::string without(std::string_view parameters, std::string_view key);

}  // namespace ratchet
