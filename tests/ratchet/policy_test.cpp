#include "ratchet/policy.h"

#include <doctest/doctest.h>

#include <string>

#include "ratchet/glob.h"

using namespace ratchet;

TEST_CASE("glob: a star is any run of characters, slashes too, and the whole id must match") {
  CHECK(glob_matches("gemm/*", "gemm/tiled/M=64,dtype=fp16"));
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("*", "a/b/c"));
  CHECK(glob_matches("*/M=64,*", "gemm/tiled/M=64,N=1"));
  CHECK(glob_matches("a*b*c", "a-b-b-c"));
  CHECK(glob_matches("a**c", "abc"));
  CHECK_FALSE(glob_matches("gemm/*", "attention/gemm/x"));
  CHECK_FALSE(glob_matches("gemm", "gemm/tiled"));
  CHECK_FALSE(glob_matches("*64", "M=64,N=1"));
  CHECK_FALSE(glob_matches("", "a"));
  CHECK(glob_matches("", ""));
}

TEST_CASE("glob: a question mark is exactly one character") {
  CHECK(glob_matches("M=?4", "M=64"));
  CHECK_FALSE(glob_matches("M=?4", "M=4"));
  CHECK_FALSE(glob_matches("?", ""));
}

TEST_CASE("glob: brackets and backslashes are themselves") {
  CHECK(glob_matches("gemm/x/[64]", "gemm/x/[64]"));
  CHECK_FALSE(glob_matches("gemm/x/[64]", "gemm/x/6"));
  CHECK(glob_matches("a\\*", "a\\b"));
}

TEST_CASE("glob: a hostile pattern ends") {
  const std::string text(2000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  CHECK_FALSE(glob_matches(pattern + "b", text));
}

TEST_CASE("policy: the last matching tolerance wins, and without a match the device decides") {
  Policy policy;
  policy.tolerance = {{"gemm/*", 0.01}, {"*dtype=fp16*", 0.03}, {"gemm/tiled/*", 0.02}};
  CHECK(tolerance_of(policy, "gemm/tiled/M=1,dtype=fp16", "cuda") == 0.02);
  CHECK(tolerance_of(policy, "gemm/naive/M=1,dtype=fp16", "cuda") == 0.03);
  CHECK(tolerance_of(policy, "gemm/naive/M=1,dtype=fp32", "cpu") == 0.01);
  CHECK(tolerance_of(policy, "copy/x/n=1", "cuda") == policy.cuda_tolerance);
  CHECK(tolerance_of(policy, "copy/x/n=1", "cpu") == policy.cpu_tolerance);
}

TEST_CASE("policy: the defaults are those that the documentation promises") {
  const Policy policy;
  CHECK(policy.cuda_tolerance == 0.005);
  CHECK(policy.cpu_tolerance == 0.02);
  CHECK(policy.alpha == 0.001);
  CHECK(policy.beta == 0.05);
  CHECK(policy.min_launches == 2);
  CHECK(policy.max_launches == 40);
  CHECK(policy.min_stored_launches == 5);
  CHECK_FALSE(policy.strict);
}
