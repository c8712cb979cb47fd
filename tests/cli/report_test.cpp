#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "workshop.h"

TEST_CASE("report: latencies become hours and money, with their intervals") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  const Outcome text = workshop.run({"report", "--requests-per-day", "3.6e9", "--price-per-hour", "2 EUR"});
  REQUIRE_MESSAGE(text.code == 0, text.err);
  CHECK(contains(text.out, "EUR a year"));
  const Outcome json = workshop.run({"report", "--requests-per-day", "3.6e9", "--price-per-hour", "2", "--json"});
  const auto cost = nlohmann::json::parse(json.out)["cases"][0]["cost"]["device_hours_per_day"];
  CHECK(cost["value"].get<double>() > 0.99);  // 1000 ns a call
  CHECK(cost["value"].get<double>() < 1.01);
  CHECK(cost["interval"][0] <= cost["value"]);
  CHECK(cost["interval"][1] >= cost["value"]);
}

TEST_CASE("report: a proven change of two runs saves, and one that is not proven does not") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.build("copy/x/n=1 700\ncopy/x/n=2 2000\n");
  workshop.repository.commit("faster");
  REQUIRE(workshop.run({"run"}).code == 0);
  const Outcome outcome =
      workshop.run({"report", "--requests-per-day", "1000000", "--price-per-hour", "2 EUR", "--against", "HEAD~1"});
  REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  CHECK(contains(outcome.out, "saves copy/x/n=1 against HEAD~1"));
  CHECK(contains(outcome.out, "copy/x/n=2: no saving is claimed"));
}

TEST_CASE("report: a table's implementations are held against one of them") {
  Workshop workshop("copy/fast/n=1 1000\ncopy/slow/n=1 1200\ncopy_part/part/n=1 300\n");
  workshop.repository.write("m.json", workshop.run({"matrix", "--json"}).out);
  const std::vector<std::string> common{"report", "m.json", "--requests-per-day", "1e6", "--price-per-hour", "2 EUR"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return workshop.run(more);
  };
  const Outcome outcome = with({"--against", "slow"});
  REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  CHECK(contains(outcome.out, "saves copy n=1: fast against slow"));
  CHECK(contains(outcome.out, "copy_part n=1: part: no saving is claimed: slow does not compute this function"));
  CHECK_FALSE(contains(outcome.out, "saves copy_part"));
  CHECK(with({"--against", "nothing"}).code == 2);
}

TEST_CASE("report: numbers that are none are refused") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  CHECK(workshop.run({"report"}).code == 2);
  for (const char* requests : {"0", "-1", "many", "1e999", "5 a day"})
    CHECK(workshop.run({"report", "--requests-per-day", requests, "--price-per-hour", "2"}).code == 2);
  for (const char* price : {"0", "-2", "EUR", "nan", "inf"})
    CHECK(workshop.run({"report", "--requests-per-day", "5", "--price-per-hour", price}).code == 2);
}
