#include "ratchet/variants.h"

#include <doctest/doctest.h>

#include "ratchet/error.h"

using namespace ratchet;

namespace {

CaseFacts one(const std::string& id, const std::string& definition) {
  CaseFacts facts;
  facts.id = id;
  facts.definition = definition;
  return facts;
}

}  // namespace

TEST_CASE("variants: what differs between cases of one definition is the variant, the rest is the shape") {
  const std::vector<CaseFacts> cases{one("a/x/n=1,m=7,tile=8,warps=4", "f1"), one("a/x/n=1,m=7,tile=16,warps=4", "f1"),
                                     one("a/x/n=2,m=7,tile=8,warps=4", "f2"), one("a/x/n=2,m=7,tile=8,warps=8", "f2"),
                                     one("a/y/n=1,tile=8", "f1"),             one("a/xx/n=1,tile=9", "f1")};
  const VariantSpace space = variant_space("a/x", cases);
  CHECK(space.keys == std::vector<std::string>{"tile", "warps"});
  REQUIRE(space.shapes.size() == 2);
  CHECK(space.shapes[0].parameters == "n=1,m=7");
  CHECK(space.shapes[1].cases == std::vector<std::size_t>{2, 3});
  CHECK(variant_of(cases[1].id, space.keys) == "tile=16,warps=4");
}

TEST_CASE("variants: a parameter that only some cases have is the variant's") {
  const std::vector<CaseFacts> cases{one("a/x/n=1", "f"), one("a/x/n=1,shares=4", "f")};
  const VariantSpace space = variant_space("a/x", cases);
  CHECK(space.keys == std::vector<std::string>{"shares"});
  CHECK(variant_of(cases[0].id, space.keys).empty());
}

TEST_CASE("variants: another state of the cache is another shape") {
  std::vector<CaseFacts> cases{one("a/x/n=1,t=1", "f"), one("a/x/n=1,t=2", "f"), one("a/x/n=1,t=1,l2=cold", "f"),
                               one("a/x/n=1,t=2,l2=cold", "f")};
  cases[2].l2 = cases[3].l2 = "cold";
  const VariantSpace space = variant_space("a/x", cases);
  CHECK(space.keys == std::vector<std::string>{"t"});
  REQUIRE(space.shapes.size() == 2);
  CHECK(space.shapes[1].parameters == "n=1,l2=cold");
}

TEST_CASE("variants: without a family, a definition or a choice there is nothing to tune") {
  CHECK_THROWS_AS((void)variant_space("a/z", std::vector{one("a/x/n=1", "f")}), Error);
  CHECK_THROWS_AS((void)variant_space("a/x", std::vector{one("a/x/n=1", "")}), Error);
  CHECK_THROWS_AS((void)variant_space("a/x", std::vector{one("a/x/n=1", "f"), one("a/x/n=2", "g")}), Error);
  CHECK_THROWS_AS((void)variant_space("a", std::vector{one("a/x/n=1", "f"), one("a/y/n=1", "f")}), Error);
}

TEST_CASE("variants: parameters are found and left out by their whole name") {
  CHECK(value_in("BS=2,S=512,causal=0", "S") == "512");
  CHECK(value_in("S=512", "D").empty());
  CHECK(without("B=4,S=512,D=64", "S") == "B=4,D=64");
  CHECK(without("S=512", "S").empty());
}
