#include "ratchet/statistics.h"

#include <doctest/doctest.h>

#include <vector>

#include "ratchet/error.h"
#include "tests/ratchet/close.h"

using namespace ratchet;

TEST_CASE("statistics: equal values have exactly their value as mean and no spread at all") {
  for (const double x : {0.1, 1.01, 1e-9, 47910.0, 0.00995033085316808}) {
    for (const std::size_t n : {2u, 5u, 10u, 101u}) {
      const std::vector<double> equal(n, x);
      CHECK(mean(equal) == x);
      CHECK(standard_deviation(equal) == 0);
      CHECK(trimmed_mean(equal).value == x);
      CHECK(trimmed_mean(equal).variance == 0);
    }
  }
}
