// Creep: many small steps, none of them a regression beside the commit before it.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "workshop.h"

namespace {

using Json = nlohmann::json;

std::string kernels(int steps) { return "copy/x/n=1 " + std::to_string(1000 * std::pow(1.0025, steps)) + "\n"; }

std::size_t rows(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// A repository whose commits are each 0.25 % slower than the one before, with a tolerance of 1 %.
struct Creep {
  Workshop workshop{kernels(0)};
  std::vector<std::string> shas;  // [0] is the baseline
  std::vector<Outcome> outcomes;  // of `record`, [i] of shas[i]

  Creep() {
    workshop.repository.write(
        "ratchet.json",
        R"({"format":"ratchet.config/1","modules":["build/kernels.so"],"build":"true","tolerance_percent":{"*":1}})");
    shas.push_back(workshop.repository.commit("step 0"));
    outcomes.push_back(workshop.run({"record"}));
    REQUIRE(outcomes[0].code == 0);
  }
  void step(bool measure = true) {
    const auto number = static_cast<int>(shas.size());
    workshop.build(kernels(number));
    shas.push_back(workshop.repository.commit("step " + std::to_string(number)));
    outcomes.push_back(measure ? workshop.run({"record"}) : Outcome{});
  }
  // Until the gate fails; the number of that commit.
  std::size_t walk_until_regressed() {
    while (shas.size() < 8) {
      step();
      if (outcomes.back().code == 1) return shas.size() - 1;
    }
    FAIL("the drift was never found");
    return 0;
  }
  std::string shortly(std::size_t i) const { return shas[i].substr(0, 10); }
};

}  // namespace

TEST_CASE("drift: six steps of +0.25 % with a tolerance of 1 % are held, held, and then regressed to the last") {
  Creep creep;
  for (int i = 0; i < 6; ++i) creep.step();
  std::vector<int> codes;
  for (const Outcome& outcome : creep.outcomes) codes.push_back(outcome.code);
  CHECK(codes[1] == 0);
  CHECK(codes[2] == 0);
  CHECK(contains(creep.outcomes[2].out, "1 held of 1 case"));
  for (const std::size_t i : {4, 5, 6}) CHECK(codes[i] == 1);
  // Beside the commit before it, the sixth is held: it is the baseline that tells.
  creep.workshop.repository.write("kernels.txt", kernels(5));
  creep.workshop.repository.write(
      "ratchet.json",
      R"({"format":"ratchet.config/1","modules":["build/kernels.so"],"build":"mkdir -p build && cp kernels.txt build/kernels.so","tolerance_percent":{"*":1}})");
  creep.workshop.repository.commit("can be built");
  CHECK(creep.workshop.run({"check", "--base", "HEAD"}).code == 0);
}

TEST_CASE("drift: the report of the commit that fails lists what was measured since the baseline") {
  Creep creep;
  const std::size_t last = creep.walk_until_regressed();
  const std::string& out = creep.outcomes[last].out;
  CHECK(contains(out, "since the baseline " + creep.shortly(0) + " (" + std::to_string(last - 1) +
                          " commits between, " + std::to_string(last - 1) + " measured):"));
  for (std::size_t i = 1; i < last; ++i) {
    CHECK(contains(out, creep.shortly(i)));
    CHECK(contains(out, "step " + std::to_string(i)));
  }
  CHECK(contains(out, "    this "));
  CHECK_FALSE(contains(creep.outcomes[last - 1].out, "since the baseline"));  // a pass has nothing to explain
  // Asked again, on the same commit: the candidate is not an entry of its own history.
  const Json check = Json::parse(creep.workshop.run({"check", "--json"}).out);
  const Json ledger = check["cases"][0]["since_baseline"];
  CHECK(ledger["baseline"] == creep.shas[0]);
  CHECK(ledger["commits_between"] == last - 1);
  REQUIRE(ledger["measured"].size() == last);
  CHECK_FALSE(ledger["measured"][0].contains("step"));
  for (const Json& entry : ledger["measured"]) CHECK(entry["commits"] == 1);
  for (std::size_t i = 1; i < last; ++i) {
    const double step = ledger["measured"][i]["step"];
    CHECK(ledger["measured"][i]["commit"] == creep.shas[i + 1]);
    CHECK(std::abs(step - 0.0025) < 0.0015);
  }
  CHECK(ledger["measured"].back()["change"] == check["cases"][0]["change"]);
  CHECK(creep.workshop.run({"replay"}).code == 0);  // the ledger does not get in its way
}

TEST_CASE("drift: a step over a commit that was not measured is not blamed on one commit") {
  Creep creep;
  creep.step();
  creep.step(false);
  creep.step(false);
  creep.step();
  creep.step();
  const std::string& out = creep.outcomes[5].out;
  REQUIRE(creep.outcomes[5].code == 1);
  CHECK(contains(out, "(4 commits between, 2 measured)"));
  const Json measured =
      Json::parse(creep.workshop.run({"check", "--json"}).out)["cases"][0]["since_baseline"]["measured"];
  REQUIRE(measured.size() == 3);
  CHECK(measured[0]["commits"] == 1);
  CHECK(measured[1]["commits"] == 3);
  CHECK(measured[1]["step"].get<double>() > 0.005);
  CHECK(measured[2]["commits"] == 1);
}

TEST_CASE("drift: commits that were not measured are counted, and work trees with changes left out") {
  Creep creep;
  for (int i = 0; i < 5; ++i) creep.step(false);
  creep.workshop.repository.write("notes.txt", "not committed");
  REQUIRE(creep.workshop.run({"check"}).code == 1);
  CHECK(contains(creep.workshop.run({"check"}).out,
                 "not measured between the baseline " + creep.shortly(0) + " and this commit: 5 commits"));
  std::filesystem::remove(creep.workshop.repository.path() / "notes.txt");
  const std::string clean = creep.workshop.run({"check"}).out;
  CHECK(contains(clean, "not measured between the baseline " + creep.shortly(0) + " and this commit: 4 commits"));
  CHECK(contains(clean, "left out: 2 measurements of work trees with changes"));
}

TEST_CASE("drift: a planted slowdown has no history, nor has a regression right after the baseline") {
  Creep creep;
  const Outcome planted = creep.workshop.run({"check", "--handicap", "copy/*=5"});
  CHECK(planted.code == 1);
  CHECK_FALSE(contains(planted.out, "baseline " + creep.shortly(0)));
  creep.workshop.build(kernels(20));
  creep.workshop.repository.commit("a leap");
  const Outcome leap = creep.workshop.run({"check"});
  CHECK(leap.code == 1);
  CHECK_FALSE(contains(leap.out, "between"));
}

TEST_CASE("drift: a baseline that is not on the line is said, and what was measured elsewhere counted") {
  Creep creep;
  creep.step();
  creep.workshop.repository.git({"checkout", "-q", "--orphan", "rewritten"});
  creep.workshop.build(kernels(8));
  creep.workshop.repository.commit("another beginning");
  const Outcome outcome = creep.workshop.run({"check"});
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.out,
                 "the baseline " + creep.shortly(0) + " is not in the first-parent history that is known here"));
  CHECK(contains(outcome.out, "left out: 1 measurement of commits that are not between"));
}

TEST_CASE("trend: marks a drift in words, with the commit at which it began") {
  Creep creep;
  for (int i = 0; i < 4; ++i) creep.step();
  const std::string text = creep.workshop.run({"trend", "copy/x/n=1"}).out;
  CHECK(contains(text, "drift since " + creep.shortly(1) + ", marked at " + creep.shortly(4)));
  CHECK(rows(text, "drift since " + creep.shortly(1)) == 2);  // in the row of its commit and below the table

  const Json series = Json::parse(creep.workshop.run({"trend", "copy/x/n=1", "--json"}).out)["series"][0];
  REQUIRE(series["points"].size() == 5);
  CHECK_FALSE(series["points"][0].contains("anchored_change"));  // the baseline was never measured beside itself
  for (std::size_t i = 1; i < 5; ++i) {
    const Json& point = series["points"][i];
    CHECK(point["anchor"] == creep.shas[0]);
    CHECK(std::abs(point["anchored_change"].get<double>() - (std::pow(1.0025, i) - 1)) < 0.0015);
    CHECK(point["cusum"].get<double>() > series["points"][i - 1].value("cusum", 0.0));
    CHECK(point["cusum_faster"] == 0);
    CHECK(point.contains("drift_since") == (i == 4));
  }
  CHECK(series["points"][4]["drift_since"] == creep.shas[1]);
  CHECK(series["points"][4]["drift_direction"] == "slower");
  CHECK(series["drifts"].size() == 1);

  const std::string csv = creep.workshop.run({"trend", "copy/x/n=1", "--csv"}).out;
  CHECK(contains(csv, ",environment,anchored_change,cusum,drift_since\r\n"));
  CHECK(contains(csv, "," + creep.shas[1] + "\r\n"));
  CHECK(contains(csv, ",,,\r\n"));  // the baseline's row ends in nothing known
}

TEST_CASE("trend: dirty work trees and commits beside the line do not enter the sum") {
  Creep creep;
  creep.step();
  const auto sum = [&] {
    return Json::parse(creep.workshop.run({"trend", "copy/x/n=1", "--json"}).out)["series"][0]["points"][1]["cusum"];
  };
  const Json before = sum();
  creep.workshop.build(kernels(12));
  creep.workshop.repository.write("notes.txt", "not committed");
  REQUIRE(creep.workshop.run({"check"}).code == 1);
  CHECK(sum() == before);
  std::filesystem::remove(creep.workshop.repository.path() / "notes.txt");
  creep.workshop.repository.git({"checkout", "-q", "-b", "side"});
  creep.workshop.repository.commit("beside the line");
  REQUIRE(creep.workshop.run({"check"}).code == 1);
  creep.workshop.repository.git({"checkout", "-q", "-"});
  CHECK(sum() == before);
  const Json series = Json::parse(creep.workshop.run({"trend", "copy/x/n=1", "--json"}).out)["series"][0];
  CHECK(series["drifts"].empty());
}

TEST_CASE("trend: a check beside some other revision does not disturb the sum, and a new baseline starts it anew") {
  Creep creep;
  creep.step();
  creep.step();
  const auto points = [&] {
    return Json::parse(creep.workshop.run({"trend", "copy/x/n=1", "--json"}).out)["series"][0]["points"];
  };
  REQUIRE(points()[2]["cusum"].get<double>() > 2);
  creep.workshop.build("copy/x/n=1 950\n");
  const std::string faster = creep.workshop.repository.commit("faster");
  REQUIRE(creep.workshop.run({"record"}).code == 0);  // the baseline moves here
  creep.workshop.build("copy/x/n=1 952.375\n");
  creep.workshop.repository.commit("a little slower again");
  REQUIRE(creep.workshop.run({"record"}).code == 0);
  const Json after = points();
  REQUIRE(after.size() == 5);
  CHECK(after[2]["anchor"] == creep.shas[0]);
  CHECK(after[3]["drift_direction"] == "faster");
  CHECK(after[4]["anchor"] == faster);
  CHECK(after[4]["cusum"].get<double>() < 2);
  CHECK(after[4]["cusum_faster"] == 0);
}

TEST_CASE("trend: an alarm at a commit without a run is told below the table") {
  Creep creep;
  creep.workshop.build(kernels(8));
  const std::string checked = creep.workshop.repository.commit("only checked");
  REQUIRE(creep.workshop.run({"check"}).code == 1);
  const std::string text = creep.workshop.run({"trend", "copy/x/n=1"}).out;
  CHECK(contains(text, "drift since " + checked.substr(0, 10) + ", marked at " + checked.substr(0, 10)));
}

TEST_CASE("trend: with --all there is no order, so the change is shown and no sum") {
  Creep creep;
  creep.step();
  const Json point =
      Json::parse(creep.workshop.run({"trend", "copy/x/n=1", "--json", "--all"}).out)["series"][0]["points"][1];
  CHECK(point.contains("anchored_change"));
  CHECK_FALSE(point.contains("cusum"));
}
