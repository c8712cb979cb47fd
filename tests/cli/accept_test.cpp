// What a person accepts: let through with a reason, once, by the candidate's own commit, and audited.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "workshop.h"

namespace {

const char* const kSlower = "copy/x/n=1 1000\ncopy/x/n=2 2200\n";

nlohmann::json json_of(const Outcome& outcome) { return nlohmann::json::parse(outcome.out); }

void check_fault_in(const Outcome& outcome, const std::string& part) {
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, part));
}

}  // namespace

TEST_CASE("accept: lets a slowdown through with its reason, up to its limit and date") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  SUBCASE("accepted") {
    REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer"}).code == 0);
    const Outcome outcome = workshop.run({"check"});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "accepted: safer (Ann <ann@example.org>)"));
  }
  SUBCASE("audited") {
    REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer"}).code == 0);
    ratchet::db::Store store(workshop.repository.path() / ".ratchet" / "ratchet.db", ratchet::db::Mode::ReadOnly);
    REQUIRE(store.acceptances().size() == 1);
    CHECK(store.acceptances()[0].actor == "Ann <ann@example.org>");
  }
  SUBCASE("expired") {
    REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer", "--until", "2020-01-01"}).code == 0);
    CHECK(workshop.run({"check"}).code == 1);
  }
  SUBCASE("exceeded") {
    REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer", "--max-percent", "3"}).code == 0);
    CHECK(workshop.run({"check"}).code == 1);
  }
  SUBCASE("on main it moves the baseline") {
    REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer"}).code == 0);
    const std::string commit = workshop.repository.commit("safer");
    CHECK(workshop.run({"record"}).code == 0);
    CHECK(contains(workshop.run({"baseline", "log"}).out, "accepted"));
    CHECK(contains(workshop.run({"baseline", "show", "--json"}).out, commit));
  }
}

TEST_CASE("accept: what moves a baseline is audited by the commit and its author, whatever the entry says of itself") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  workshop.repository.write(
      "ratchet.accept.json",
      R"({"format":"ratchet.accept/1","accepted":[{"case":"copy/x/*","reason":"safer","author":"Eve"}]})");
  const std::string commit = workshop.repository.commit("safer");
  workshop.repository.commit("another");
  REQUIRE(workshop.run({"record"}).code == 0);
  const auto move = json_of(workshop.run({"baseline", "log", "--json"}))["moves"][2];
  CHECK(move["kind"] == "accepted");
  CHECK(move["actor"] == "Ann <ann@example.org>");
  CHECK(contains(move["reason"], "accepted: safer (Eve)"));
  CHECK(contains(move["reason"], "in commit " + commit));
}

TEST_CASE("accept: only what the candidate's commit holds counts, once there is a clean one") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer"}).code == 0);
  CHECK(workshop.run({"check"}).code == 0);  // the work tree is the candidate
  workshop.repository.git({"update-index", "--force-remove", "ratchet.accept.json"});
  workshop.repository.write(".git/info/exclude", "ratchet.accept.json\n");
  CHECK(workshop.run({"check"}).code == 1);  // ignored: the commit does not have it
}

TEST_CASE("accept: an entry is spent by the baseline that it moved, and lets no second slowdown through") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer"}).code == 0);
  const std::string moved = workshop.repository.commit("safer");
  REQUIRE(workshop.run({"record"}).code == 0);
  SUBCASE("slower again") { workshop.build("copy/x/n=1 1000\ncopy/x/n=2 2500\n"); }
  SUBCASE("gone") { workshop.build("copy/x/n=1 1001\n"); }
  workshop.repository.commit("later");
  const Outcome outcome = workshop.run({"check"});
  CHECK_MESSAGE((outcome.code == 1 || outcome.code == 3), outcome.out);
  CHECK_MESSAGE(contains(outcome.out, "is spent: the baseline's commit " + moved.substr(0, 12)), outcome.out);
  REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "safer still"}).code == 0);
  workshop.repository.commit("accept that too");
  CHECK(workshop.run({"check"}).code == 0);
}

TEST_CASE("accept: an entry that is too broad stops the check") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  workshop.repository.write("ratchet.accept.json",
                            R"({"format":"ratchet.accept/1","accepted":[{"case":"*/*/*","reason":"all is well"}]})");
  workshop.repository.commit("all is well");
  check_fault_in(workshop.run({"check"}), "would accept too much");
}
