// What two machines measured, brought together: merge and export.
#include <doctest/doctest.h>

#include <filesystem>

#include "workshop.h"

TEST_CASE("merge: a bundle carries a baseline to a machine without a history, which then checks beside it") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const Outcome exported = workshop.run({"export", "--bundle", "all.bundle"});
  CHECK_MESSAGE(exported.code == 0, exported.err);
  CHECK(contains(exported.out, "exported 1 run (2 results)"));
  std::filesystem::remove_all(".ratchet");
  const Outcome merged = workshop.run({"merge", "all.bundle"});
  CHECK_MESSAGE(merged.code == 0, merged.err);
  CHECK(contains(merged.out, "merged 1 run (2 results)"));
  CHECK(contains(merged.out, "2 moves of baselines"));
  workshop.build("copy/x/n=1 1000\ncopy/x/n=2 2400\n");
  CHECK(workshop.run({"check"}).code == 1);
  const Outcome again = workshop.run({"merge", "all.bundle", "--json"});
  CHECK(contains(again.out, "\"format\": \"ratchet.merge/1\""));
  CHECK(contains(again.out, "\"runs\": 0"));
}

TEST_CASE("merge: without another database, beside itself, or from a file that is none, it says so and ends with 2") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  const auto refused = [&](const std::vector<std::string>& arguments, const char* why) {
    const Outcome outcome = workshop.run(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK_MESSAGE(contains(outcome.err, why), outcome.err);
  };
  refused({"merge"}, "merge needs another database");
  refused({"merge", ".ratchet/ratchet.db"}, "is the database itself");
  refused({"merge", "ratchet.json"}, "not a SQLite file");
  refused({"merge", "nowhere.db"}, "there is no such file");
  refused({"export"}, "export needs --bundle FILE");
  refused({"export", "--bundle", "ratchet.json"}, "exists already");
  refused({"export", "--bundle", "x", "--since", "yesterday"}, "yesterday");
  CHECK_FALSE(std::filesystem::exists("x"));
}
