#include "ratchet/ledger.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ratchet/anchored.h"
#include "tests/ratchet/close.h"

using namespace ratchet;

namespace {

const std::vector<std::string> kLine{"head", "d", "c", "b", "a", "base", "older"};

AnchoredChange measured(const std::string& sha, double change, const std::string& baseline = "base") {
  AnchoredChange one;
  one.candidate.sha = sha;
  one.candidate.subject = "subject of " + sha;
  one.baseline = baseline;
  one.change = change;
  one.change_ci = {change - 0.0005, change + 0.0005};
  one.verdict = Verdict::Held;
  return one;
}

LedgerCandidate candidate(bool dirty = false) {
  Commit commit;
  commit.sha = "head";
  commit.subject = "the last straw";
  commit.dirty = dirty;
  return {commit, "base", 0.01, {0.009, 0.011}};
}

std::vector<std::string> commits(const Ledger& ledger) {
  std::vector<std::string> shas;
  for (const LedgerEntry& entry : ledger.entries) shas.push_back(entry.commit);
  return shas;
}

}  // namespace

TEST_CASE("ledger: what was measured since the baseline, in commit order, each with its step, the candidate last") {
  const Ledger ledger =
      ledger_of(candidate(), std::vector{measured("d", 0.006), measured("b", 0.002), measured("b", 0.0025)}, kLine);
  CHECK(ledger.baseline == "base");
  CHECK(ledger.commits_between == 4);
  REQUIRE(commits(ledger) == std::vector<std::string>{"b", "d", "head"});
  CHECK(ledger.entries[0].change == 0.0025);  // the newest measurement of the commit
  CHECK(ledger.entries[0].subject == "subject of b");
  CHECK_FALSE(ledger.entries[0].step);
  CHECK(close(*ledger.entries[1].step, 1.006 / 1.0025 - 1, 1e-12));
  CHECK(close(*ledger.entries[2].step, 1.01 / 1.006 - 1, 1e-12));
  CHECK(ledger.entries[2].change_ci.high == 0.011);
  CHECK(ledger.entries[0].commits == 2);
  CHECK(ledger.entries[1].commits == 2);
  CHECK(ledger.entries[2].commits == 1);
  CHECK(ledger.left_out_dirty + ledger.left_out_beside == 0);
}

TEST_CASE("ledger: only measurements beside the same baseline are comparable") {
  const Ledger ledger = ledger_of(candidate(), std::vector{measured("b", 0.002, "older"), measured("c", 0.003)}, kLine);
  CHECK(commits(ledger) == std::vector<std::string>{"c", "head"});
  CHECK(ledger.left_out_beside == 0);
}

TEST_CASE("ledger: the baseline beside itself and earlier measurements of the candidate are no entries, nor left out") {
  const Ledger ledger = ledger_of(candidate(), std::vector{measured("base", 0.0001), measured("head", 0.02)}, kLine);
  REQUIRE(commits(ledger) == std::vector<std::string>{"head"});
  CHECK(ledger.entries[0].change == 0.01);
  CHECK(ledger.left_out_beside == 0);
}

TEST_CASE("ledger: dirty work trees, commits beside the line and those before the baseline are left out and counted") {
  AnchoredChange dirty = measured("b", 0.004);
  dirty.candidate.dirty = true;
  const Ledger ledger =
      ledger_of(candidate(), std::vector{dirty, measured("branch", 0.1), measured("older", 0.1)}, kLine);
  CHECK(commits(ledger) == std::vector<std::string>{"head"});
  CHECK(ledger.left_out_dirty == 1);
  CHECK(ledger.left_out_beside == 2);
}

TEST_CASE("ledger: a work tree with changes comes after its own commit") {
  const Ledger ledger = ledger_of(candidate(true), std::vector{measured("head", 0.008)}, kLine);
  REQUIRE(commits(ledger) == std::vector<std::string>{"head", "head"});
  CHECK(ledger.commits_between == 5);
  CHECK_FALSE(ledger.entries[0].dirty);
  CHECK(ledger.entries[1].dirty);
  CHECK(ledger.entries[0].commits == 5);
  CHECK(ledger.entries[1].commits == 1);
}

TEST_CASE("ledger: right after the baseline nothing lies between") {
  const std::vector<std::string> line{"head", "base"};
  CHECK(ledger_of(candidate(), {}, line).commits_between == 0);
  LedgerCandidate again = candidate();
  again.commit.sha = "base";
  CHECK(ledger_of(again, {}, std::vector<std::string>{"base"}).commits_between == 0);
}

TEST_CASE("ledger: where history ends before the baseline, what is known is told and the count is not made up") {
  const std::vector<std::string> shallow{"head", "d"};
  const Ledger ledger = ledger_of(candidate(), std::vector{measured("b", 0.002), measured("d", 0.006)}, shallow);
  CHECK_FALSE(ledger.commits_between);
  CHECK(commits(ledger) == std::vector<std::string>{"d", "head"});
  CHECK(ledger.entries[0].commits == 0);
  CHECK(ledger.entries[1].commits == 1);
  CHECK(ledger.left_out_beside == 1);
  CHECK_FALSE(ledger_of(candidate(), {}, {}).commits_between);
}
