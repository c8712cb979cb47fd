// The claims on real noise: nothing here was made up, and no threshold was tuned to it.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "ratchet/duet.h"
#include "ratchet/gate.h"
#include "src/documents/documents.h"

using namespace ratchet;

namespace {

Duet recorded(const std::string& file) {
  return documents::read_duet(documents::read_file(RATCHET_TEST_DATA "/h200/" + file), file);
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

void permute_launches(DuetCase& measured, std::mt19937_64& random) {
  std::shuffle(measured.launches.begin(), measured.launches.end(), random);
}

}  // namespace

TEST_CASE("h200: identical code in one module loaded twice is never regressed") {
  const Duet identical = recorded("duet_aa.json.gz");
  REQUIRE(identical.cases.size() == 16);
  for (const CaseVerdict& verdict : judge_duet(identical, {})) {
    INFO(verdict.id, " is ", to_string(verdict.verdict), ", change ", *verdict.change);
    CHECK(verdict.verdict != Verdict::Regressed);
    CHECK(verdict.verdict != Verdict::Invalid);
  }
}

TEST_CASE("h200: identical code on shared buffers is held where the timer resolves it, within five launches") {
  Duet identical = recorded("duet_aa.json.gz");
  for (DuetCase& measured : identical.cases) measured.launches.resize(5);
  int seen = 0;
  for (const CaseVerdict& verdict : judge_duet(identical, {})) {
    if (!contains(verdict.id, "shared") || contains(verdict.id, "copy")) continue;
    INFO(verdict.id);
    CHECK(verdict.verdict == Verdict::Held);
    CHECK(verdict.decided);
    ++seen;
  }
  CHECK(seen == 4);
}

TEST_CASE("h200: one percent more work is regressed in every gemm and every chase") {
  const Duet slower = recorded("duet_1pct.json.gz");
  REQUIRE(slower.cases.size() == 16);
  int seen = 0;
  for (const CaseVerdict& verdict : judge_duet(slower, {})) {
    if (contains(verdict.id, "copy")) continue;
    INFO(verdict.id, " is ", to_string(verdict.verdict), ", change ", *verdict.change);
    CHECK(verdict.verdict == Verdict::Regressed);
    ++seen;
  }
  CHECK(seen == 8);
}

TEST_CASE("h200: one percent more work is held nowhere") {
  for (const CaseVerdict& verdict : judge_duet(recorded("duet_1pct.json.gz"), {})) {
    INFO(verdict.id, " is ", to_string(verdict.verdict), ", change ", *verdict.change);
    CHECK(verdict.verdict != Verdict::Held);
    CHECK(verdict.verdict != Verdict::Improved);
  }
}

TEST_CASE("h200: of 200 checks of 20 cases of identical code, none fails") {
  const Duet identical = recorded("duet_aa.json.gz");
  std::vector<DuetCase> shared;
  for (const DuetCase& measured : identical.cases) {
    if (contains(measured.facts.id, "shared")) shared.push_back(measured);
  }
  REQUIRE(shared.size() == 8);
  std::mt19937_64 random(1);
  int regressed = 0;
  for (int check = 0; check < 200; ++check) {
    Duet pretended;
    pretended.environment = identical.environment;
    for (std::size_t i = 0; i < 20; ++i) {
      pretended.cases.push_back(shared[i % shared.size()]);
      permute_launches(pretended.cases.back(), random);
    }
    if (conclude(judge_duet(pretended, {}), {}).outcome == Outcome::Regressed) ++regressed;
  }
  CHECK(regressed == 0);
}
