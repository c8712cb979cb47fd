// The machine's own error rates, and what a check makes of them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "db/store.h"
#include "workshop.h"

namespace {

const char* const kRebuilt = "# another build of the same code\ncopy/x/n=1 1000\ncopy/x/n=2 2000\n";
const char* const kSlower = "copy/x/n=1 1000\ncopy/x/n=2 2200\n";

nlohmann::json json_of(const Outcome& outcome) { return nlohmann::json::parse(outcome.out); }

// A busy machine may not get two launches into a sitting this short; the next one goes on.
Outcome calibrate(Workshop& workshop, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"calibrate", "--json", "--budget", "0.2"});
  while (true) {
    Outcome outcome = workshop.run(more);
    if (!contains(outcome.err, "needs launches of identical code")) return outcome;
  }
}

}  // namespace

// Sitting after sitting, so that no clock decides how much is measured.
nlohmann::json calibrate_until(Workshop& workshop, int launches, const std::vector<std::string>& options) {
  while (true) {
    const Outcome outcome = calibrate(workshop, options);
    if (outcome.code != 0 || json_of(outcome)["launches"] >= launches) return json_of(outcome);
  }
}

TEST_CASE("calibrate: reports false alarms, power and cost of this machine, measured apart from resampled") {
  Workshop workshop;
  const auto report = calibrate_until(workshop, 24, {"--planted", "5", "--planted", "10"});
  CHECK(report["format"] == "ratchet.calibration/1");
  CHECK(report["false_alarms"]["measured"]["hits"] == 0);
  CHECK(report["false_alarms"]["measured"]["trials"] >= 1);
  CHECK(report["false_alarms"]["resampled"]["trials"] == 2000);
  REQUIRE(report["cases"].size() == 2);
  CHECK(report["cases"][0]["detectable"] >= 0.02);
  REQUIRE(report["cases"][0]["power"].size() == 2);
  CHECK(report["cases"][0]["power"][1]["planted_percent"] == 10);
  CHECK(report["cases"][0]["power"][1]["measured"]["trials"] >= 1);
  CHECK(report["cases"][0]["power"][1]["measured"]["rate"] == 1);
}

TEST_CASE("calibrate: run again it goes on with the same launches, --new begins another, another build is another") {
  Workshop workshop;
  const auto first = json_of(calibrate(workshop));
  const Outcome resumed = calibrate(workshop);
  CHECK(contains(resumed.err, "going on with calibration"));
  CHECK(json_of(resumed)["uuid"] == first["uuid"]);
  CHECK(json_of(resumed)["launches"] > first["launches"]);
  CHECK(json_of(calibrate(workshop, {"--new"}))["uuid"] != first["uuid"]);
  workshop.build(kRebuilt);
  CHECK(json_of(calibrate(workshop))["uuid"] != first["uuid"]);
}

TEST_CASE("calibrate: with no time left it evaluates what is there, and without launches it is an error") {
  Workshop workshop;
  const Outcome nothing = workshop.run({"calibrate", "--budget", "0"});
  CHECK(nothing.code == 2);
  CHECK(contains(nothing.err, "needs launches of identical code"));
  REQUIRE(calibrate(workshop).code == 0);
  const int before = workshop.bench.launches;
  CHECK(workshop.run({"calibrate", "--budget", "0"}).code == 0);
  CHECK(workshop.bench.launches == before);
  CHECK(workshop.run({"calibrate", "--planted", "-1"}).code == 2);
  CHECK(workshop.run({"calibrate", "--budget", "nan"}).code == 2);
}

TEST_CASE("check: quotes the calibration of its device and learns the scatter of launches from it") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  REQUIRE(calibrate(workshop).code == 0);
  workshop.build(kRebuilt);
  CHECK(contains(workshop.run({"check"}).out, "of identical code failed here"));
  const auto check = json_of(workshop.run({"check", "--json"}));
  CHECK(check["calibrated"]["failed"] == 0);
  CHECK(check["cases"][0]["prior"]["launches"] > 2);
}

TEST_CASE("check: on a machine that raises false alarms a regression is no verdict, exit 3, and replays so") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  REQUIRE(calibrate(workshop).code == 0);
  {
    ratchet::db::Store store(workshop.repository.path() / ".ratchet" / "ratchet.db", ratchet::db::Mode::ReadWrite);
    ratchet::db::CalibrationReport report = store.calibration_reports("Fake CPU").at(0);
    report.failed = 3;
    report.checks = 40;
    store.report_calibration(report);
  }
  workshop.build(kSlower);
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "3 of 40 checks of identical code failed on this machine"));
  CHECK(workshop.run({"replay"}).code == 0);
  workshop.build(kRebuilt);
  CHECK(workshop.run({"check"}).code == 0);
}
