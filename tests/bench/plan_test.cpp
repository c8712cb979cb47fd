#include "src/bench/plan.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>

#include "ratchet/error.h"

namespace ratchet::bench {
namespace {

CaseFacts facts(const std::string& id, const std::string& definition = "d") {
  CaseFacts one;
  one.id = id;
  one.definition = definition;
  return one;
}

Options duet_options() {
  Options options;
  options.duet = true;
  return options;
}

TEST_CASE("plan: a glob matches the whole id") {
  CHECK(matches("*", ""));
  CHECK(matches("a/*/n=?", "a/b/n=1"));
  CHECK(matches("*b*b*", "abab"));
  CHECK_FALSE(matches("a", "ab"));
  CHECK_FALSE(matches("?", ""));
  CHECK_FALSE(matches("a/*/n=?", "a/b/n=12"));
  CHECK_FALSE(matches("*[a]*", "a"));
  CHECK(matches("*[a]*", "x[a]y"));
}

TEST_CASE("plan: a case of one side only is kept with its warning, and so is a changed definition") {
  const auto cases = plan(duet_options(), {facts("o/i/both"), facts("o/i/gone"), facts("o/i/changed", "old")},
                          {facts("o/i/new"), facts("o/i/both"), facts("o/i/changed", "new")});
  REQUIRE(cases.size() == 4);
  CHECK(cases[0].facts.id == "o/i/new");
  CHECK(cases[0].warnings == std::vector<std::string>{"only in the candidate"});
  CHECK(cases[1].facts.id == "o/i/both");
  CHECK(cases[1].warnings.empty());
  CHECK(cases[2].warnings == std::vector<std::string>{"definition changed"});
  CHECK(cases[2].baseline_definition == "old");
  CHECK(cases[2].facts.definition == "new");
  CHECK(cases[3].facts.id == "o/i/gone");
  CHECK(cases[3].warnings == std::vector<std::string>{"only in the baseline"});
}

TEST_CASE("plan: a run misses nothing on the other side") {
  const auto cases = plan(Options{}, {}, {facts("o/i/a"), facts("o/i/b")});
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].warnings.empty());
  CHECK(cases[0].baseline_definition.empty());
}

TEST_CASE("plan: a glob that matches nothing is an error, even beside one that does") {
  Options options;
  options.globs = {"o/i/a", "nothing*"};
  CHECK_THROWS_WITH_AS((void)selected_ids(options, {"o/i/a"}), "--case nothing* matches no case; --describe lists them",
                       Error);
}

TEST_CASE("plan: a glob whose cases another glob took already is no error") {
  Options options;
  options.globs = {"o/*", "o/i/a"};
  CHECK(selected_ids(options, {"o/i/a", "p/i/b"}) == std::vector<std::string>{"o/i/a"});
}

TEST_CASE("plan: a listed case that no module has is an error, and so is an empty list") {
  const std::string file = "plan_test_cases.txt";
  Options options;
  options.case_file = file;
  std::ofstream(file) << "o/i/b\no/i/typo\n";
  CHECK_THROWS_AS((void)selected_ids(options, {"o/i/a", "o/i/b"}), Error);
  std::ofstream(file) << "o/i/b\n";
  CHECK(selected_ids(options, {"o/i/a", "o/i/b"}) == std::vector<std::string>{"o/i/b"});
  std::ofstream(file) << "\n";
  CHECK_THROWS_AS((void)selected_ids(options, {"o/i/a"}), Error);
  std::remove(file.c_str());
  CHECK_THROWS_AS((void)selected_ids(options, {"o/i/a"}), Error);
}

TEST_CASE("plan: listed cases are measured in the order of the list, each once") {
  const std::string file = "plan_test_order.txt";
  std::ofstream(file) << "o/i/b\no/i/c\no/i/a\no/i/b\n";
  Options options;
  options.case_file = file;
  CHECK(selected_ids(options, {"o/i/a", "o/i/b", "o/i/c"}) == std::vector<std::string>{"o/i/b", "o/i/c", "o/i/a"});
  std::remove(file.c_str());
}

TEST_CASE("plan: blank lines end groups, each case is in one, and what is not listed is alone") {
  const std::string file = "plan_test_groups.txt";
  std::ofstream(file) << "\no/i/b\no/i/a\n\n\no/i/c\no/i/b\n";
  Options options;
  options.case_file = file;
  options.globs = {"o/i/d"};
  const auto cases = plan(options, {}, {facts("o/i/a"), facts("o/i/b"), facts("o/i/c"), facts("o/i/d")});
  REQUIRE(cases.size() == 4);
  using Groups = std::vector<std::vector<std::size_t>>;
  CHECK(groups_of(options, cases) == Groups{{0}, {1}, {2}, {3}});  // without --together
  options.together = true;
  CHECK(groups_of(options, cases) == Groups{{0, 1}, {2}, {3}});
  CHECK(cases[0].facts.id == "o/i/b");
  std::remove(file.c_str());
}

TEST_CASE("plan: the last handicap that matches counts") {
  Options options;
  options.handicaps = {{"o/*", 5}, {"o/i/a", 7}};
  CHECK(handicap_percent(options, "o/i/a") == 7);
  CHECK(handicap_percent(options, "o/i/b") == 5);
  CHECK(handicap_percent(options, "p/i/b") == 0);
}

}  // namespace
}  // namespace ratchet::bench
