#include <doctest/doctest.h>

#include <string>

#include "refusal.h"
#include "src/documents/verdict_document.h"

using namespace ratchet;

namespace {

CaseVerdict a_case() {
  CaseVerdict verdict;
  verdict.id = "copy/x/n=1";
  verdict.verdict = Verdict::Accepted;
  verdict.method = Method::Duet;
  verdict.change = 0.1 + 0.2;  // a number with all its digits
  verdict.change_ci = Interval{0.29, 0.31};
  verdict.confidence = 0.95;
  verdict.baseline = SideSummary{"b5", 1000.25, {999, 1001}, 3, 303, 12.5};
  verdict.candidate = SideSummary{"c4", 1300, {1299, 1301}, 3, 303, 0};
  verdict.tolerance = 0.005;
  verdict.mde = 0.0075;
  verdict.prior = Overdispersion{1.0 / 3, 12, 40};
  verdict.ruling = Ruling{true, "needed"};
  verdict.session_spread = SessionSpread{0.0031, 7, true};
  verdict.reasons = {"was regressed; accepted: needed"};
  Ledger ledger{"b5", 2, 1, 3, {}};
  ledger.entries = {{"b6", false, "Unroll the copy", 0.001, {0.0005, 0.0015}, std::nullopt, 2},
                    {"c4", true, "", 0.003, {0.0025, 0.0035}, 1.0 / 512, 0}};
  verdict.since_baseline = ledger;
  verdict.decided = true;
  return verdict;
}

CheckVerdict a_check() {
  CheckVerdict check;
  check.uuid = "0b2a5f3e";
  check.purpose = Purpose::Record;
  check.run_uuid = "11";
  check.outcome = Outcome::Pass;
  check.expected = 2;
  check.judged = 1;
  check.unjudged = {{"copy/x/n=2", "not measured"}};
  // The same glob twice: the last one counts, so the order must survive.
  check.policy.tolerance = {{"*", 0.01}, {"copy/*", 0.02}, {"*", 0.03}};
  check.policy.family = 7;
  check.policy.strict = true;
  check.device_seconds = 1.0 / 3;
  check.cases = {a_case(), CaseVerdict{}};
  check.cases[1].id = "copy/x/n=2";
  check.reasons = {"a reason"};
  check.calibrated = CalibratedRate{"c1", "2026-11-25T10:00:00Z", {1, 60}};
  return check;
}

}  // namespace

TEST_CASE("documents: a verdict reads back to the same document, to the letter") {
  const std::string text = documents::write(a_check());
  const CheckVerdict again = documents::read_verdict(text, "a verdict");
  CHECK(documents::write(again) == text);
  CHECK(*again.cases[0].change == 0.1 + 0.2);
  CHECK(again.policy.tolerance == a_check().policy.tolerance);
  CHECK(documents::differences(text, text).empty());
}

TEST_CASE("documents: the differences of two verdicts name the place and what stands there in the second") {
  CheckVerdict other = a_check();
  other.cases[0].change = 0.5;
  other.calibrated.reset();
  const auto lines = documents::differences(documents::write(a_check()), documents::write(other));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "/calibrated: is not there");
  CHECK(lines[1] == "/cases/0/change: 0.5");
}

TEST_CASE("documents: a verdict with an unknown word, or without its policy, is refused where it stands") {
  const std::string text = documents::write(a_check());
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string bad = text;
    bad.replace(bad.find(from), from.size(), to);
    return refusal([&] { (void)documents::read_verdict(bad, "v"); });
  };
  CHECK(refused("\"accepted\"", "\"fine\"").find("cases[0].verdict") != std::string::npos);
  CHECK(refused("\"command\": \"record\"", "\"command\": \"guess\"").find("command") != std::string::npos);
  CHECK(refused("\"alpha\"", "\"alfa\"").find("alpha") != std::string::npos);
  CHECK(refused("\"outcome\": \"pass\"", "\"outcome\": \"ok\"").find("outcome") != std::string::npos);
  CHECK(refused("ratchet.verdict/1", "ratchet.verdict/2").find("ratchet.verdict/2") != std::string::npos);
}
