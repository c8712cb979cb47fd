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

TEST_CASE("statistics: median, mean and spread of small samples are those of pencil and paper") {
  CHECK(median(std::vector<double>{7}) == 7);
  CHECK(median(std::vector<double>{7, 1}) == 4);
  CHECK(median(std::vector<double>{9, 1, 4}) == 4);
  CHECK(median(std::vector<double>{9, 1, 4, 6}) == 5);
  CHECK(median(std::vector<double>{2, 2, 2, 9}) == 2);
  const std::vector<double> eight{2, 4, 4, 4, 5, 5, 7, 9};
  CHECK(mean(eight) == 5);
  CHECK(close(standard_deviation(eight), 2.138089935299395, 1e-15));  // sqrt(32/7)
  CHECK(close(variation(eight), 2.138089935299395 / 5, 1e-15));
}

TEST_CASE("statistics: the trimmed mean drops a fifth at each end and carries Yuen's variance") {
  // 1..10: 2 fall away at each end, mean of 3..8 is 5.5; winsorized {3,3,3,4,5,6,7,8,8,8}: squares around 5.5 sum to
  // 42.5, so (42.5/9) / (0.6^2 * 10) = 1.3117283950617284.
  const TrimmedMean ten = trimmed_mean({10, 1, 9, 2, 8, 3, 7, 4, 6, 5});
  CHECK(close(ten.value, 5.5, 1e-15));
  CHECK(close(ten.variance, 1.3117283950617284, 1e-14));
  // Outliers beyond the fifth change neither.
  const TrimmedMean wild = trimmed_mean({1e9, -1e9, 9, -50, 8, 3, 7, 4, 6, 5});
  CHECK(close(wild.value, 5.5, 1e-15));
  CHECK(close(wild.variance, 1.3117283950617284, 1e-14));
}

TEST_CASE("statistics: fewer than five values are not trimmed, and their variance is that of a mean") {
  const TrimmedMean four = trimmed_mean({1, 2, 3, 6});
  CHECK(four.value == 3);
  CHECK(close(four.variance, 14.0 / 3 / 4, 1e-15));
  CHECK(trimmed_mean({3}).value == 3);
  CHECK(trimmed_mean({3}).variance == 0);
}

TEST_CASE("statistics: a sample of mostly equal values still has the spread of the others") {
  // 8 of 10 equal: winsorizing leaves no spread, the plain s^2/n = (25 + 25)/9/10 stands in.
  const TrimmedMean tied = trimmed_mean({5, 5, 5, 5, 5, 5, 5, 5, 0, 10});
  CHECK(tied.value == 5);
  CHECK(close(tied.variance, 50.0 / 9 / 10, 1e-15));
}

TEST_CASE("statistics: the apparent tick is the smallest step that is not zero") {
  CHECK(apparent_tick({96, 32, 64, 64, 160}) == 32);
  CHECK(apparent_tick({5, 5, 5}) == 0);
  CHECK(apparent_tick({5}) == 0);
  CHECK(apparent_tick({}) == 0);
}

TEST_CASE("statistics: a summary of nothing is an error, never a zero") {
  CHECK_THROWS_AS((void)median({}), Error);
  CHECK_THROWS_AS((void)mean({}), Error);
  CHECK_THROWS_AS((void)standard_deviation({}), Error);
  CHECK_THROWS_AS((void)variation({}), Error);
  CHECK_THROWS_AS((void)trimmed_mean({}), Error);
}
