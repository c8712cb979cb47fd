#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

CalibrationRecord a_calibration(const std::string& uuid, const std::string& suite = "suite") {
  return {uuid, "2026-01-02T00:00:00Z", an_environment(), suite};
}

CalibrationLaunch a_launch(std::uint64_t number, double planted_percent, std::size_t duets = 1) {
  CalibrationLaunch launch{number, planted_percent, 1.5, {}};
  for (std::size_t i = 0; i < duets; ++i) {
    Duet duet;
    duet.baseline = {"baseline", {}, "aa"};
    duet.candidate = {"candidate", {}, "bb"};
    DuetCase of;
    of.facts.id = "op/x/n=" + std::to_string(i);
    of.launches = {{{100, 101.25}, {100.5, 101}}};
    duet.cases = {of};
    duet.telemetry = {{.launch = number, .sm_clock_mhz = 1500}};
    launch.duets.push_back(duet);
  }
  return launch;
}

}  // namespace

TEST_CASE("store: a calibration grows launch by launch and comes back whole, planted slowdowns included") {
  const Folder folder;
  {
    Store store(folder.file(), Mode::ReadWrite);
    store.begin_calibration(a_calibration("c1"));
    store.add_launch("c1", a_launch(0, 0, 2));
    store.add_launch("c1", a_launch(1, 0.25, 2));
  }
  Store store(folder.file(), Mode::ReadOnly);
  const auto launches = store.calibration_launches("c1");
  REQUIRE(launches.size() == 2);
  CHECK(launches[0].planted_percent == 0);
  CHECK(launches[1].planted_percent == 0.25);
  CHECK(launches[1].number == 1);
  CHECK(launches[1].seconds == 1.5);
  REQUIRE(launches[1].duets.size() == 2);
  CHECK(launches[1].duets[1].candidate.module_hash == "bb");
  CHECK(launches[1].duets[1].cases[0].facts.id == "op/x/n=1");
  CHECK(launches[1].duets[1].cases[0].launches[0].candidate_ns == std::vector<double>{100.5, 101});
  CHECK(launches[1].duets[1].telemetry[0].sm_clock_mhz == 1500);
  CHECK(launches[0].duets[0].environment->device.name == an_environment().device.name);
  CHECK(store.check().empty());
}

TEST_CASE("store: a calibration is found by its suite, the newest one; launches of none are refused") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  CHECK_FALSE(store.newest_calibration("suite"));
  CHECK(store.calibration_launches("c1").empty());
  store.begin_calibration(a_calibration("c1"));
  store.begin_calibration(a_calibration("c2"));
  store.begin_calibration(a_calibration("c3", "another suite"));
  CHECK(store.newest_calibration("suite")->uuid == "c2");
  CHECK(says(fault_of([&] { store.add_launch("c9", a_launch(0, 0)); }), "calibration c9 is not recorded"));
  CHECK(says(fault_of([&] { store.begin_calibration(a_calibration("c1")); }), "cannot begin calibration c1"));
}

TEST_CASE("store: the newest report of each calibration of the device is returned, newest first, and none is lost") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  store.begin_calibration(a_calibration("c1"));
  store.begin_calibration(a_calibration("c2"));
  store.report_calibration({"c1", "2026-01-02T01:00:00Z", {}, 0, 10, "first"});
  store.report_calibration({"c2", "2026-01-02T02:00:00Z", {}, 1, 20, "other"});
  store.report_calibration({"c1", "2026-01-02T03:00:00Z", {}, 1, 30, "second"});
  const auto reports = store.calibration_reports(an_environment().device.name);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].calibration == "c1");
  CHECK(reports[0].document == "second");
  CHECK(reports[0].failed == 1);
  CHECK(reports[0].checks == 30);
  CHECK(reports[1].document == "other");
  CHECK(store.calibration_reports("another device").empty());
  CHECK_FALSE(fault_of([&] { store.report_calibration({"c1", "2026-01-02T03:00:00Z", {}, 2, 1, ""}); }).empty());
}

TEST_CASE("store: of a case's calibrations only the launches of identical code are its past") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  for (const char* uuid : {"c1", "c2"}) {
    store.begin_calibration(a_calibration(uuid));
    for (const std::uint64_t number : {0, 1, 2}) store.add_launch(uuid, a_launch(number, number == 1 ? 5 : 0));
  }
  const auto past = store.calibrated_duets("op/x/n=0", an_environment().device.name);
  REQUIRE(past.size() == 2);
  CHECK(past[0].launches.size() == 2);
  CHECK(past[1].verdict_uuid == "c2");
  CHECK(store.calibrated_duets("op/x/n=0", "another device").empty());
}

}  // namespace ratchet::db
