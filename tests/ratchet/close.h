// Equality of computed numbers up to a stated relative error. (doctest::Approx has an absolute slack that calls small
// times equal.)
#pragma once

#include <algorithm>
#include <cmath>

namespace ratchet {

inline bool close(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b));
}

}  // namespace ratchet
