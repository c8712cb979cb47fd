// Implementations side by side, and what a table says in each of its forms.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "workshop.h"

namespace {

const char* const kTwoWays = "copy/fast/n=1 1000\ncopy/slow/n=1 1200\ncopy/fast/n=2 2000\ncopy/slow/n=2 2000\n";

nlohmann::json table(const Outcome& outcome) {
  REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  return nlohmann::json::parse(outcome.out);
}

// What another harness would write beside the fake module: its device is the same.
std::string imported(const std::string& device, bool verified) {
  std::string launches;
  for (int i = 0; i < 11; ++i) launches += (i == 0 ? "" : ", ") + ("[" + std::to_string(500 + i % 3) + "]");
  return R"({"format": "ratchet.run/1", "tool": "PyTorch 2.9", "environment": {"device": {"kind": "cpu", "name": ")" +
         device +
         R"("}, "clock_policy": "default", "timer_tick_ns": 1}, "measurements": [{"case": "copy/torch/n=1", "unit": "ns", "bytes": 1000, )" +
         (verified ? R"("check": {"verified": true, "rel_l2": 0.0001}, )" : "") + R"("launches": [)" + launches +
         "]}]}";
}

}  // namespace

TEST_CASE("matrix: the faster of two wins where it is faster, and nobody where they are alike") {
  Workshop workshop(kTwoWays);
  const auto document = table(workshop.run({"matrix", "--json"}));
  CHECK(document["format"] == "ratchet.matrix/1");
  CHECK(document["comparisons"] == 2);
  REQUIRE(document["rows"].size() == 2);
  CHECK(document["rows"][0]["winner"] == "fast");
  CHECK_FALSE(document["rows"][1].contains("winner"));
  CHECK(document["rows"][0]["pairs"][0]["proven_faster"] == "first");
  CHECK(document["sources"][0]["run"]["measurements"][0]["launches"].size() == 11);
}

TEST_CASE("matrix: the cases of a row take turns, round by round, and rows follow each other") {
  Workshop workshop(kTwoWays);
  CHECK(workshop.run({"matrix", "--launches", "1"}).code == 0);
  using Groups = std::vector<ratchet::executor::Group>;
  CHECK(workshop.bench.groups == Groups{{"copy/fast/n=1", "copy/slow/n=1"}, {"copy/fast/n=2", "copy/slow/n=2"}});
  CHECK(workshop.run({"run", "--launches", "1"}).code == 0);
  CHECK(workshop.bench.groups.size() == 4);  // a run is of each case alone
}

TEST_CASE("matrix: globs choose the cases, and one that matches nothing is a mistake") {
  Workshop workshop(kTwoWays);
  CHECK(table(workshop.run({"matrix", "*n=1", "--json"}))["rows"].size() == 1);
  CHECK(workshop.run({"matrix", "*n=7"}).code == 2);
  CHECK(workshop.run({"matrix", "--launches", "0"}).code == 2);
  CHECK(workshop.run({"matrix", "--json", "--csv"}).code == 2);
}

TEST_CASE("matrix: a document shows the same table again in every form, and measures nothing") {
  Workshop workshop(kTwoWays);
  const Outcome first = workshop.run({"matrix", "--json"});
  workshop.repository.write("m.json", first.out);
  const int launches = workshop.bench.launches;
  CHECK(workshop.run({"matrix", "--from", "m.json", "--json"}).out == first.out);
  const Outcome text = workshop.run({"matrix", "--from", "m.json"});
  CHECK(contains(text.out, "winner: fast"));
  CHECK(contains(text.out, "no winner: "));
  const Outcome csv = workshop.run({"matrix", "--from", "m.json", "--csv"});
  CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 5);
  const Outcome report = workshop.run({"matrix", "--from", "m.json", "--markdown"});
  for (const char* part :
       {"## Method", "## Environment", "## Results", "## Limits", "    ratchet matrix\n", "winner: fast"})
    CHECK_MESSAGE(contains(report.out, part), part);
  CHECK_FALSE(contains(report.out, "N/A"));
  CHECK(workshop.bench.launches == launches);
  CHECK(workshop.run({"matrix", "*", "--from", "m.json"}).code == 2);
}

TEST_CASE("matrix: nobody can edit a winner into a document") {
  Workshop workshop(kTwoWays);
  auto document = table(workshop.run({"matrix", "--json"}));
  document["rows"][1]["winner"] = "slow";
  workshop.repository.write("m.json", document.dump());
  const auto again = table(workshop.run({"matrix", "--from", "m.json", "--json"}));
  CHECK_FALSE(again["rows"][1].contains("winner"));
}

TEST_CASE("matrix: an interval without width is printed as it is, with the tick") {
  Workshop workshop(kTwoWays);
  workshop.bench.noise = 0;
  const Outcome report = workshop.run({"matrix", "--markdown"});
  CHECK(contains(report.out, "[1.000 us, 1.000 us] (no width; tick unknown, 11 launches)"));
  CHECK(contains(report.out, "nothing: every launch gave the same ratio, and the timer's tick is not known"));
}

TEST_CASE("matrix: a wrong answer has no time, is named, and the exit code says so") {
  Workshop workshop("copy/fast/n=1 1000\ncopy/wrong/n=1 10 wrong\n");
  const Outcome outcome = workshop.run({"matrix"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.out, "its answer is wrong"));
  CHECK_FALSE(contains(outcome.out, "winner: wrong"));
}

TEST_CASE("matrix: a device that was too hot names no winner and gives no pass") {
  Workshop workshop(std::string(kTwoWays) + "throttled\n");
  const Outcome outcome = workshop.run({"matrix"});
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "nothing is proven"));
  CHECK_FALSE(contains(outcome.out, "\nwinner:"));
}

TEST_CASE("matrix: numbers of another harness stand in the same table under their own name") {
  Workshop workshop(kTwoWays);
  // The fake host tells no state of the cache, and neither does the document.
  workshop.repository.write("torch.json", imported("Fake CPU", true));
  const auto document = table(workshop.run({"matrix", "--add", "torch.json", "--json"}));
  const auto& row = document["rows"][0];
  CHECK(row["winner"] == "torch");
  CHECK(row["cells"][2]["imported"] == "imported from PyTorch 2.9");
  CHECK(row["pairs"][1]["paired"] == false);

  workshop.repository.write("torch.json", imported("Fake CPU", false));
  const Outcome unverified = workshop.run({"matrix", "--add", "torch.json"});
  CHECK(contains(unverified.out, "torch (imported from PyTorch 2.9) is fastest and its answer is not verified"));

  workshop.repository.write("torch.json", imported("Another CPU", true));
  const Outcome elsewhere = workshop.run({"matrix", "--add", "torch.json"});
  CHECK(contains(elsewhere.out, "its device is \"Another CPU\", here it is \"Fake CPU\""));
  CHECK(contains(elsewhere.out, "winner: fast"));
}

TEST_CASE("matrix: the cases of another module stand beside those of the configured ones") {
  Workshop workshop(kTwoWays);
  workshop.repository.write("build/peers.so", "copy/peer/n=1 800\n");
  const auto document = table(workshop.run({"matrix", "*n=1", "--module", "build/peers.so", "--json"}));
  CHECK(document["rows"][0]["winner"] == "peer");
  CHECK(workshop.bench.launches == 11);  // one process measures both modules
  REQUIRE(workshop.bench.groups.size() == 1);
  CHECK(workshop.bench.groups[0].size() == 3);
  CHECK(workshop.run({"matrix", "--module", "build/nothing.so"}).code == 2);
}
