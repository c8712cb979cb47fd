#include "ratchet/anchored.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace ratchet;

namespace {

AnchoredChange measured(const std::string& sha, double change, const std::string& baseline = "base") {
  AnchoredChange one;
  one.candidate.sha = sha;
  one.baseline = baseline;
  one.change = change;
  one.change_ci = {change - 0.001, change + 0.001};
  one.verdict = Verdict::Held;
  return one;
}

}  // namespace

TEST_CASE(
    "anchored: measurements come in the order of the commits, not of measuring, and the newest of a commit wins") {
  const std::vector<std::string> line{"c", "b", "a", "base"};
  const auto order = in_commit_order(
      std::vector{measured("b", 0.1), measured("c", 0.3), measured("a", 0.2), measured("b", 0.4)}, line);
  REQUIRE(order.changes.size() == 3);
  CHECK(order.changes[0].candidate.sha == "a");
  CHECK(order.changes[1].candidate.sha == "b");
  CHECK(order.changes[1].change == 0.4);
  CHECK(order.changes[2].candidate.sha == "c");
}

TEST_CASE("anchored: work trees with changes and commits beside the line are left out and counted") {
  AnchoredChange dirty = measured("a", 0.5);
  dirty.candidate.dirty = true;
  const auto order = in_commit_order(std::vector{dirty, dirty, measured("elsewhere", 0.1), measured("a", 0.2)},
                                     std::vector<std::string>{"a", "base"});
  REQUIRE(order.changes.size() == 1);
  CHECK(order.changes[0].change == 0.2);
  CHECK(order.dirty == 2);
  CHECK(order.beside == 1);
}

TEST_CASE(
    "anchored: an old commit that is measured beside a later baseline does not replace what it said in its time") {
  const std::vector<std::string> line{"c", "b", "a", "base"};
  const auto order = in_commit_order(std::vector{measured("a", 0.1), measured("a", 0.9, "b"), measured("c", 0.2, "b"),
                                                 measured("b", 0.3, "not on the line")},
                                     line);
  REQUIRE(order.changes.size() == 3);
  CHECK(order.changes[0].change == 0.1);
  CHECK(order.changes[1].change == 0.3);
  CHECK(order.changes[2].baseline == "b");
  CHECK(order.beside == 1);
}

TEST_CASE("anchored: without a line there is no order, only the count") {
  const auto order = in_commit_order(std::vector{measured("a", 0.1)}, {});
  CHECK(order.changes.empty());
  CHECK(order.beside == 1);
}

TEST_CASE("anchored: what is implausible or from a throttled device is not credible") {
  AnchoredChange one = measured("a", 0.1);
  CHECK(is_credible(one));
  one.verdict = Verdict::Invalid;
  CHECK_FALSE(is_credible(one));
  one.verdict = Verdict::Regressed;
  one.telemetry.push_back({.launch = 0, .throttled_thermal_ns = 5e6});
  CHECK_FALSE(is_credible(one));
}
