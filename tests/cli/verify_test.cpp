#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "workshop.h"

namespace {

std::string expecting(const std::string& device, double time_us) {
  return R"({"format": "ratchet.expected/1", "title": "what was published", "device": {"kind": "cpu", "name": ")" +
         device + R"("}, "cases": [{"case": "copy/x/n=1", "time": )" + std::to_string(time_us) +
         R"(, "unit": "us", "tolerance": 0.1}]})";
}

}  // namespace

TEST_CASE("verify: HEAD's newest run is held against the table, or the run that is named") {
  Workshop workshop;
  workshop.repository.write("expected.json", expecting("Fake CPU", 1.02));
  CHECK(workshop.run({"verify", "expected.json"}).code == 2);  // nothing is recorded yet
  const Outcome measured = workshop.run({"run", "--json"});
  REQUIRE(measured.code == 0);
  const Outcome met = workshop.run({"verify", "expected.json"});
  CHECK(met.code == 0);
  CHECK(contains(met.out, "REPRODUCED (exit 0)"));
  workshop.repository.write("run.json", measured.out);
  CHECK(workshop.run({"verify", "expected.json", "run.json"}).code == 0);

  workshop.repository.write("expected.json", expecting("Fake CPU", 0.8));
  const Outcome slower = workshop.run({"verify", "expected.json", "--json"});
  CHECK(slower.code == 1);
  CHECK(nlohmann::json::parse(slower.out)["cases"][0]["agreement"] == "slower");
}

TEST_CASE("verify: another device is said and gives no verdict") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.repository.write("expected.json", expecting("NVIDIA L4", 1.0));
  const Outcome elsewhere = workshop.run({"verify", "expected.json"});
  CHECK(elsewhere.code == 3);
  CHECK(contains(elsewhere.out, "the table is of \"NVIDIA L4\", the run of \"Fake CPU\""));
}

TEST_CASE("verify: the shipped table of the founding report reads, and is of an L4") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  const Outcome outcome = workshop.run({"verify", RATCHET_TEST_DATA "/../../kernels/attention/founding_l4.json"});
  CHECK(outcome.code == 3);
  for (const char* expected : {"51.00 us +-10 %", "325.0 us +-10 %", "49.00 us +-10 %", "1.320 ms +-10 %"})
    CHECK_MESSAGE(contains(outcome.out, expected), expected);
}

TEST_CASE("verify: a table that says nothing is refused") {
  Workshop workshop;
  workshop.repository.write(
      "expected.json",
      R"({"format": "ratchet.expected/1", "title": "t", "device": {"kind": "cpu", "name": "x"}, "cases": []})");
  CHECK(workshop.run({"verify", "expected.json"}).code == 2);
  workshop.repository.write("expected.json", expecting("Fake CPU", 0));
  CHECK(workshop.run({"verify", "expected.json"}).code == 2);
  CHECK(workshop.run({"verify"}).code == 2);
}
