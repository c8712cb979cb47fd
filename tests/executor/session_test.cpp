#include "src/executor/session.h"

#include <doctest/doctest.h>

#include <vector>

using namespace ratchet;

namespace {

Duet launch_of(const std::string& baseline_kernels, const std::string& kernels) {
  DuetCase one;
  one.facts.id = "op/x/n=1";
  one.facts.kernels = kernels;
  one.baseline_kernels = baseline_kernels;
  one.launches = {{{100, 101}, {100, 101}}};
  Duet duet;
  duet.cases = {one};
  return duet;
}

std::vector<Failure> failures_after(const Duet& first, const Duet& second) {
  std::vector<Duet> all;
  executor::merge_launch(all, {first});
  executor::merge_launch(all, {second});
  return all.front().cases.front().failures;
}

}  // namespace

TEST_CASE("session: a case that does other work in another launch has failed on its side") {
  const auto failures = failures_after(launch_of("1 x a", "1 x b"), launch_of("1 x a", "2 x b"));
  REQUIRE(failures.size() == 1);
  CHECK(failures.front().kind == "module_error");
  CHECK(failures.front().side == "candidate");
  CHECK(failures.front().message == "launch 1 did other work than those before it: 2 x b instead of 1 x b");
  CHECK(failures_after(launch_of("1 x a", "1 x b"), launch_of("1 x c", "1 x b")).front().side == "baseline");
}

TEST_CASE("session: the same work in each launch, or work that nobody sees, is no failure") {
  CHECK(failures_after(launch_of("1 x a", "1 x b"), launch_of("1 x a", "1 x b")).empty());
  CHECK(failures_after(launch_of("", ""), launch_of("", "")).empty());
}

TEST_CASE("session: an answer that was wrong in any launch is wrong, and the worst error is kept") {
  for (const std::size_t wrong : {0, 1, 2}) {
    std::vector<Duet> all;
    for (std::size_t launch = 0; launch < 3; ++launch) {
      Duet duet = launch_of("", "");
      const Check check{launch != wrong, launch == wrong ? 0.5 : 0.1, 0};
      duet.cases[0].candidate_check = duet.cases[0].baseline_check = check;
      executor::merge_launch(all, {duet});
    }
    CHECK_FALSE(all[0].cases[0].candidate_check->verified);
    CHECK_FALSE(all[0].cases[0].baseline_check->verified);
    CHECK(all[0].cases[0].candidate_check->rel_l2 == 0.5);
  }
}
