#include "src/bench/judge.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "src/bench/cpu_device.h"

namespace ratchet::bench {
namespace {

const ratchet_buffer kOutput{"y", RATCHET_F32, RATCHET_OUTPUT, 6, 0, 3, 0.2, 0.3};

OutputErrors errors(const std::vector<float>& output, const std::vector<double>& expected) {
  return CpuDevice(1).compare(kOutput, output.data(), expected.data());
}

TEST_CASE("judge: the worst row is judged apart from the whole") {
  const auto all = errors({10, 0, 0, 1, 0, 0.4f}, {10, 0, 0, 1, 0, 0});
  const Check check = judge(kOutput, all);
  CHECK(check.rel_l2 == std::sqrt(double{0.4f} * double{0.4f} / 101));
  CHECK(check.row_error == double{0.4f});
  CHECK_FALSE(check.verified);
  CHECK(complaint(kOutput, all) == "'y' is off by rel_l2 0.0398 (bound 0.2), worst row 0.4 (bound 0.3)");
}

TEST_CASE("judge: within both bounds is verified, and a bound of zero demands equality") {
  const auto exact = errors({1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6});
  const auto close = errors({1, 2, 3, 4, 5, 6.5f}, {1, 2, 3, 4, 5, 6});
  CHECK(judge(kOutput, close).verified);
  ratchet_buffer equal = kOutput;
  equal.rel_l2_max = 0;
  equal.row_error_max = 0;
  CHECK(judge(equal, exact).verified);
  CHECK_FALSE(judge(equal, close).verified);
}

TEST_CASE("judge: a row that should be zero and is not is infinitely wrong") {
  const Check check = judge(kOutput, errors({1, 1, 1, 0, 0, 1e-9f}, {1, 1, 1, 0, 0, 0}));
  CHECK_FALSE(check.verified);
  CHECK(std::isinf(check.row_error));
}

TEST_CASE("judge: NaN and infinity are never verified, in the output or in the reference") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  ratchet_buffer loose = kOutput;
  loose.rel_l2_max = loose.row_error_max = 1e300;
  for (const float bad : {nan, infinity, -infinity}) {
    CHECK_FALSE(judge(loose, errors({1, 2, 3, 4, 5, bad}, {1, 2, 3, 4, 5, 6})).verified);
    CHECK_FALSE(judge(loose, errors({1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, double{bad}})).verified);
    CHECK_FALSE(judge(loose, errors({1, 2, 3, 4, 5, bad}, {1, 2, 3, 4, 5, double{bad}})).verified);
  }
  loose.count = 0;
  CHECK_FALSE(judge(loose, {}).verified);
}

TEST_CASE("judge: the worst of two checks is bad if one is") {
  const Check both = worst({true, 0.1, 0.5}, {false, 0.2, 0.3});
  CHECK_FALSE(both.verified);
  CHECK(both.rel_l2 == 0.2);
  CHECK(both.row_error == 0.5);
}

}  // namespace
}  // namespace ratchet::bench
