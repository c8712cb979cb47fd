#include "ratchet/bisection.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ratchet/error.h"

using namespace ratchet;

namespace {

// g good, b bad, s skipped, ? unknown.
std::vector<Trial> trials_of(const std::string& text) {
  std::vector<Trial> trials;
  for (const char c : text)
    trials.push_back(c == 'g' ? Trial::Good : c == 'b' ? Trial::Bad : c == 's' ? Trial::Skipped : Trial::Unknown);
  return trials;
}

}  // namespace

TEST_CASE("bisection: any culprit among a thousand commits is found in ten trials") {
  for (std::size_t culprit = 1; culprit < 1000; ++culprit) {
    std::vector<Trial> trials(1000, Trial::Unknown);
    trials.front() = Trial::Good;
    trials.back() = Trial::Bad;
    int tried = 0;
    Bisection state = bisect(trials);
    for (; state.next; state = bisect(trials), ++tried)
      trials[*state.next] = *state.next < culprit ? Trial::Good : Trial::Bad;
    REQUIRE(state.bad == culprit);
    REQUIRE(state.good == culprit - 1);
    REQUIRE(tried <= 10);
  }
}

TEST_CASE("bisection: a skipped commit gives way to its neighbour, and only skipped ones leave a range") {
  CHECK(*bisect(trials_of("g???b")).next == 2);
  CHECK(*bisect(trials_of("g?s?b")).next == 1);
  const Bisection left = bisect(trials_of("ggsssb"));
  CHECK_FALSE(left.next);
  CHECK(left.good == 1);
  CHECK(left.bad == 5);
}

TEST_CASE("bisection: a history that was bad, mended and bad again is searched for its newest fall") {
  const Bisection state = bisect(trials_of("g?b?g??b"));
  CHECK(state.good == 4);
  CHECK(state.bad == 7);
  CHECK(*state.next == 5);
}

TEST_CASE("bisection: neighbours need no trial; without both ends there is nothing to search") {
  const Bisection state = bisect(trials_of("gb"));
  CHECK_FALSE(state.next);
  CHECK(state.bad == 1);
  for (const char* bad : {"", "g", "b", "gg", "?b", "g?", "gbs"}) CHECK_THROWS_AS((void)bisect(trials_of(bad)), Error);
}
