// Every recorded verdict can be computed again from its rounds, and a record that was tampered with is found out.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "db/store.h"
#include "workshop.h"

namespace {

const char* const kSlower = "copy/x/n=1 1000\ncopy/x/n=2 2200\n";
const char* const kRebuilt = "# another build of the same code\ncopy/x/n=1 1000\ncopy/x/n=2 2000\n";

std::string database(const Workshop& workshop) {
  return (workshop.repository.path() / ".ratchet" / "ratchet.db").string();
}

void check_replays(Workshop& workshop, const char* outcome) {
  const Outcome replayed = workshop.run({"replay"});
  CHECK(replayed.code == 0);
  CHECK(contains(replayed.out, outcome));
  CHECK(contains(replayed.out, "the same, bit for bit"));
}

}  // namespace

TEST_CASE("replay: the verdicts of record and check are recomputed to the last bit") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  check_replays(workshop, ": pass,");
  workshop.build(kRebuilt);
  REQUIRE(workshop.run({"check"}).code == 0);
  check_replays(workshop, ": pass,");
  // The second check has a past, and its prior is another one.
  REQUIRE(workshop.run({"check", "--tolerance", "3", "--strict"}).code == 0);
  check_replays(workshop, ": pass,");
  workshop.build(kSlower);
  REQUIRE(workshop.run({"check"}).code == 1);
  check_replays(workshop, ": regressed,");
  workshop.build("copy/x/n=1 1000\ncopy/x/n=2 1700\n");
  REQUIRE(workshop.run({"record"}).code == 0);
  check_replays(workshop, ": pass,");
}

TEST_CASE("replay: what a person let through, or no longer does, is let through again, or not") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "needed for #42"}).code == 0);
  REQUIRE(workshop.run({"check"}).code == 0);
  check_replays(workshop, ": pass,");
  workshop.repository.write("ratchet.accept.json", R"({"format":"ratchet.accept/1","accepted":[{"case":"copy/x/n=2",)"
                                                   R"("reason":"old","until":"2020-01-01","author":"Ann"}]})");
  REQUIRE(workshop.run({"check"}).code == 1);
  check_replays(workshop, ": regressed,");
}

TEST_CASE("replay: a degraded device and a wrong answer replay as they were") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(std::string("throttled\n") + kRebuilt);
  REQUIRE(workshop.run({"check"}).code == 3);
  check_replays(workshop, ": no_verdict,");
  workshop.build("copy/x/n=1 1000 wrong\ncopy/x/n=2 2000\n");
  REQUIRE(workshop.run({"check"}).code == 2);
  check_replays(workshop, ": fault,");
  workshop.repository.write("note", "a change");
  workshop.repository.commit("second");
  REQUIRE(workshop.run({"record"}).code == 2);
  check_replays(workshop, ": fault,");
}

TEST_CASE("replay: a check is found by the name that it printed, and --json tells the same") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kRebuilt);
  const auto check = nlohmann::json::parse(workshop.run({"check", "--json"}).out);
  const std::string uuid = check["uuid"];
  workshop.build(kSlower);
  REQUIRE(workshop.run({"check"}).code == 1);
  const Outcome outcome = workshop.run({"replay", uuid.substr(0, 8), "--json"});
  CHECK(outcome.code == 0);
  const auto replayed = nlohmann::json::parse(outcome.out);
  CHECK(replayed["format"] == "ratchet.replay/1");
  CHECK(replayed["verdict"] == uuid);
  CHECK(replayed["same"] == true);
  CHECK(replayed["cases"] == 2);
}

TEST_CASE("replay: a document that its rounds do not give is named with its place, exit 2") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  REQUIRE(workshop.run({"check"}).code == 1);
  {
    ratchet::db::Store store(database(workshop), ratchet::db::Mode::ReadWrite);
    ratchet::db::Recording forged;
    forged.verdict = store.newest_verdict();
    REQUIRE(forged.verdict);
    nlohmann::ordered_json document = nlohmann::ordered_json::parse(forged.verdict->document);
    document["cases"][1]["verdict"] = "held";
    document["uuid"] = "forged";
    forged.verdict->uuid = "forged";
    forged.verdict->document = document.dump();
    store.record(forged);
  }
  const Outcome outcome = workshop.run({"replay", "forged"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.out, "/cases/1/verdict: \"regressed\""));
  CHECK(nlohmann::json::parse(workshop.run({"replay", "forged", "--json"}).out)["same"] == false);
}

TEST_CASE("replay: without a verdict, or with an unknown name, it says so, exit 2") {
  Workshop workshop;
  REQUIRE(workshop.run({"log"}).code == 2);  // there is no database yet
  CHECK(workshop.run({"replay"}).code == 2);
  REQUIRE(workshop.run({"record"}).code == 0);
  const Outcome outcome = workshop.run({"replay", "ffffffff"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "no recorded verdict begins with"));
}
