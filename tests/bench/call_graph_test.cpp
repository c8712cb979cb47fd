#include "src/bench/call_graph.h"

#include <doctest/doctest.h>

namespace ratchet::bench {
namespace {

// A memset, and then two kernels, one after the other.
CallGraph call() {
  return {
      {{"", {{"memory", "m"}}}, {"_Z1av", {{"grid", "4"}, {"list of arguments", "pq"}}}, {"_Z1bv", {{"grid", "8"}}}},
      {{0, 1, {}}, {1, 2, {}}}};
}

std::string what(const CallGraph& baseline, const CallGraph& candidate) {
  return difference(baseline, candidate).value_or("same");
}

TEST_CASE("call graph: equal calls are the same, and tell their kernels without memsets and repeats") {
  CallGraph twice = call();
  twice.nodes.push_back(twice.nodes[1]);
  CHECK(what(twice, twice) == "same");
  CHECK(kernels_of(twice) == std::vector<std::string>{"_Z1av", "_Z1bv"});
}

TEST_CASE("call graph: every change of a node is a difference, and is named") {
  CallGraph other = call();
  SUBCASE("one argument's byte") {
    other.nodes[1].traits[1].bytes = "pr";
    CHECK(what(call(), other) == "kernel _Z1av: the list of arguments differs");
  }
  SUBCASE("the grid") {
    other.nodes[2].traits[0].bytes = "9";
    CHECK(what(call(), other) == "kernel _Z1bv: the grid differs");
  }
  SUBCASE("a memset") {
    other.nodes[0].traits[0].bytes = "n";
    CHECK(what(call(), other) == "memset: the memory differs");
  }
  SUBCASE("another kernel") {
    other.nodes[1].kernel = "_Z1cv";
    CHECK(what(call(), other) == "the baseline launches kernel _Z1av, the candidate kernel _Z1cv");
  }
  SUBCASE("a kernel in place of a memset") {
    other.nodes[0].kernel = "_Z1cv";
    CHECK(what(call(), other) == "the baseline launches memset, the candidate kernel _Z1cv");
  }
  SUBCASE("a trait more on either side") {
    other.nodes[2].traits.push_back({"block", "1"});
    CHECK(what(call(), other) != "same");
    CHECK(what(other, call()) != "same");
  }
  SUBCASE("equal bytes under another name") {
    other.nodes[2].traits[0].name = "block";
    CHECK(what(call(), other) != "same");
  }
}

TEST_CASE("call graph: more, fewer and reordered nodes are a difference, and so are other edges") {
  CallGraph other = call();
  SUBCASE("fewer") {
    other.nodes.pop_back();
    CHECK(what(call(), other) == "a call of the baseline makes 3 graph nodes, one of the candidate 2");
    CHECK(what(other, call()) != "same");
  }
  SUBCASE("reordered") {
    std::swap(other.nodes[1], other.nodes[2]);
    CHECK(what(call(), other) != "same");
  }
  SUBCASE("side by side instead of one after the other") {
    other.edges.pop_back();
    CHECK(what(call(), other) == "the nodes wait for each other in different ways");
  }
  SUBCASE("a programmatic edge") {
    other.edges[1].kind = {1, 0, 1};
    CHECK(what(call(), other) == "the nodes wait for each other in different ways");
  }
}

TEST_CASE("call graph: a call without kernels is never the same") {
  CHECK(what({}, {}) == "the call launches no kernel");
  const CallGraph only_memset{{{"", {{"memory", "m"}}}}, {}};
  CHECK(what(only_memset, only_memset) == "the call launches no kernel");
}

}  // namespace
}  // namespace ratchet::bench
