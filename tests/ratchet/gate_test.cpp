#include "ratchet/gate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ratchet/duet.h"
#include "ratchet/error.h"
#include "ratchet/stored.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;
using synthetic::duet_case;

namespace {

CaseVerdict verdict_of(Verdict word, Method method = Method::Duet) {
  CaseVerdict verdict;
  verdict.id = "op/x/n=" + to_string(word);
  verdict.verdict = word;
  verdict.method = method;
  return verdict;
}

Outcome outcome(const std::vector<Verdict>& words, const Policy& policy = {}) {
  std::vector<CaseVerdict> cases;
  for (const Verdict word : words) cases.push_back(verdict_of(word));
  return conclude(cases, policy).outcome;
}

Policy strict() {
  Policy policy;
  policy.strict = true;
  return policy;
}

using enum Verdict;

}  // namespace

TEST_CASE("gate: exit codes are 0 pass, 1 regression, 2 fault, 3 no verdict") {
  CHECK(exit_code(Outcome::Pass) == 0);
  CHECK(exit_code(Outcome::Regressed) == 1);
  CHECK(exit_code(Outcome::Fault) == 2);
  CHECK(exit_code(Outcome::NoVerdict) == 3);
}

TEST_CASE("gate: every verdict alone has its outcome") {
  CHECK(outcome({Held}) == Outcome::Pass);
  CHECK(outcome({Improved}) == Outcome::Pass);
  CHECK(outcome({Identical}) == Outcome::Pass);
  CHECK(outcome({Accepted}) == Outcome::Pass);
  CHECK(outcome({Regressed}) == Outcome::Regressed);
  CHECK(outcome({Invalid}) == Outcome::Fault);
  CHECK(outcome({Missing}) == Outcome::NoVerdict);
  CHECK(outcome({NoBaseline}) == Outcome::NoVerdict);
  CHECK(outcome({Inconclusive}) == Outcome::NoVerdict);
  CHECK(outcome({New}) == Outcome::NoVerdict);
}

TEST_CASE("gate: one bad case among good ones decides, regression before fault before no verdict") {
  CHECK(outcome({Held, Regressed, Held}) == Outcome::Regressed);
  CHECK(outcome({Invalid, Missing, Regressed}) == Outcome::Regressed);
  CHECK(outcome({Held, Missing, Invalid}) == Outcome::Fault);
  CHECK(outcome({Held, Missing}) == Outcome::NoVerdict);
  CHECK(outcome({Held, NoBaseline}) == Outcome::NoVerdict);
  CHECK(outcome({Held, New}) == Outcome::Pass);
  CHECK(outcome({Improved, Regressed}) == Outcome::Regressed);
}

TEST_CASE("gate: an inconclusive case passes beside a judged one, and under strict it does not") {
  CHECK(outcome({Held, Inconclusive}) == Outcome::Pass);
  CHECK(outcome({Held, Inconclusive}, strict()) == Outcome::NoVerdict);
  CHECK(outcome({Held, Inconclusive, Regressed}, strict()) == Outcome::Regressed);
  CHECK(outcome({Held}, strict()) == Outcome::Pass);
}

TEST_CASE("gate: a check whose cases are all inconclusive is no pass") {
  CHECK(outcome({Inconclusive, Inconclusive}) == Outcome::NoVerdict);
}

TEST_CASE("gate: zero cases selected by a filter are no pass") {
  const CheckVerdict check = conclude({}, {});
  CHECK(check.outcome == Outcome::NoVerdict);
  CHECK(check.expected == 0);
  REQUIRE_FALSE(check.reasons.empty());
  CHECK(check.reasons.front() == "no case was judged");
}

TEST_CASE("gate: a case without counterpart is named and not skipped") {
  Duet both = synthetic::duet({duet_case("op/x/n=1", 0, 10, 1), duet_case("op/x/n=2", 0, 0, 1)});
  both.cases[1].warnings.push_back(kOnlyInBaseline);
  const CheckVerdict check = conclude(judge_duet(both, {}), {});
  CHECK(check.outcome == Outcome::NoVerdict);
  CHECK(check.expected == 2);
  CHECK(check.judged == 1);
  REQUIRE(check.unjudged.size() == 1);
  CHECK(check.unjudged[0].id == "op/x/n=2");
  CHECK(check.unjudged[0].why == "the candidate does not have this case");
}

TEST_CASE("gate: no history is no check, and no pass") {
  const auto verdicts = judge_stored({}, synthetic::run({synthetic::measurement("op/x/n=1", {1, 1, 1, 1, 1})}), {});
  CHECK(conclude(verdicts, {}).outcome == Outcome::NoVerdict);
}

TEST_CASE("gate: NaN is not filtered away") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
  measured.launches[0].candidate_ns[0] = std::nan("");
  const CheckVerdict check = conclude(judge_duet(synthetic::duet({measured}), {}), {});
  CHECK(check.outcome == Outcome::NoVerdict);
  REQUIRE(check.unjudged.size() == 1);
  CHECK(check.unjudged[0].why.find("not positive and finite") != std::string::npos);
}

TEST_CASE("gate: one sample is not zero noise") {
  DuetCase single = duet_case("op/x/n=1", 0, 0, 1);
  single.launches.assign(10, {{20000}, {20000}});
  CHECK(conclude(judge_duet(synthetic::duet({single}), {}), {}).outcome == Outcome::NoVerdict);
  Measurement one;
  one.facts.id = "op/x/n=1";
  one.launches = {{20000}};
  CHECK(conclude(judge_stored(synthetic::run({one}), synthetic::run({one}), {}), {}).outcome == Outcome::NoVerdict);
}

TEST_CASE("gate: not proven worse is not held") {
  // Noise of 10 % a launch: no slowdown can be shown, and none excluded.
  Policy brief;
  brief.max_launches = 3;
  const auto verdicts = judge_duet(synthetic::duet({duet_case("op/x/n=1", 0.03, 3, 4, {0.5, 0.1})}), brief);
  CHECK(verdicts.front().verdict == Inconclusive);
  CHECK(conclude(verdicts, brief).outcome == Outcome::NoVerdict);
}

TEST_CASE("gate: a definition that changed is not compared") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
  measured.warnings.push_back(kDefinitionChanged);
  CHECK(conclude(judge_duet(synthetic::duet({measured}), {}), {}).outcome == Outcome::NoVerdict);
}

TEST_CASE("gate: a failed verification of the candidate is a fault") {
  DuetCase measured = duet_case("op/x/n=1", 0, 10, 1);
  measured.candidate_check = Check{};
  CHECK(conclude(judge_duet(synthetic::duet({measured}), {}), {}).outcome == Outcome::Fault);
}

TEST_CASE("gate: a throttled device gives no verdict, neither good nor bad, and says why") {
  const std::string reading = "the device slowed down because of heat";
  for (const Verdict word : {Held, Improved, Regressed}) {
    const CheckVerdict check = conclude({verdict_of(word)}, {}, Circumstances{.degraded = reading});
    CHECK(check.outcome == Outcome::NoVerdict);
    CHECK(check.judged == 0);
    CHECK(check.cases.front().verdict == Inconclusive);
    REQUIRE(check.unjudged.size() == 1);
    CHECK(check.unjudged.front().why == reading);
    REQUIRE_FALSE(check.reasons.empty());
    CHECK(check.reasons.front() == reading);
  }
  // What needs no clock stands; the check as a whole does not pass.
  CHECK(conclude({verdict_of(Identical, Method::Identical)}, {}, Circumstances{.degraded = reading}).outcome == Outcome::NoVerdict);
  CHECK(conclude({verdict_of(Invalid)}, {}, Circumstances{.degraded = reading}).outcome == Outcome::Fault);
}

TEST_CASE("gate: the census counts what was expected and names each case that was not judged") {
  const std::vector<Verdict> all{Held,       Improved, Regressed, Inconclusive, New,
                                 NoBaseline, Missing,  Invalid,   Accepted,     Identical};
  std::vector<CaseVerdict> cases;
  for (const Verdict word : all) cases.push_back(verdict_of(word));
  const CheckVerdict check = conclude(cases, {}, Circumstances{.device_seconds = 12.5});
  CHECK(check.expected == 10);
  CHECK(check.judged == 5);
  CHECK(check.judged + check.unjudged.size() == check.expected);
  CHECK(check.unjudged.front().why == "inconclusive");
  CHECK(check.device_seconds == 12.5);
}

TEST_CASE("gate: a person lets a regressed, missing or implausible case through, with the reason in front") {
  CaseVerdict implausible = verdict_of(Invalid);
  implausible.change = -0.6;
  for (CaseVerdict verdict : {verdict_of(Regressed), verdict_of(Missing), implausible}) {
    const std::string was = to_string(verdict.verdict);
    verdict.reasons = {"as measured"};
    CHECK(let_through(verdict, "needed for #42"));
    CHECK(verdict.verdict == Accepted);
    CHECK(verdict.reasons.front() == "was " + was + "; accepted: needed for #42");
    CHECK(verdict.reasons.back() == "as measured");
    CHECK(conclude({verdict}, {}).outcome == Outcome::Pass);
  }
}

TEST_CASE("gate: nobody lets a failed, wrong, unmeasured or doubtful case through") {
  for (const Verdict word : {Held, Improved, Inconclusive, New, NoBaseline, Invalid, Accepted, Identical}) {
    CaseVerdict verdict = verdict_of(word);  // Invalid without a change: it failed
    CHECK_FALSE(let_through(verdict, "looks fine"));
    CHECK(verdict.verdict == word);
    CHECK(verdict.reasons.empty());
  }
}

TEST_CASE("gate: an acceptance covers its case alone") {
  CaseVerdict accepted = verdict_of(Regressed);
  REQUIRE(let_through(accepted, "needed"));
  CHECK(conclude({accepted, verdict_of(Regressed)}, {}).outcome == Outcome::Regressed);
}

TEST_CASE("gate: a ruling that was not granted lets nothing through, and says why") {
  CaseVerdict verdict = verdict_of(Regressed);
  apply({false, "its acceptance expired"}, verdict);
  CHECK(verdict.verdict == Regressed);
  CHECK(verdict.reasons == std::vector<std::string>{"its acceptance expired"});
  apply({true, "needed"}, verdict);
  CHECK(verdict.verdict == Accepted);
}

TEST_CASE("verdict: every word reads back, and an unknown word is an error") {
  for (const Verdict word :
       {Held, Improved, Regressed, Inconclusive, New, NoBaseline, Missing, Invalid, Accepted, Identical}) {
    CHECK(verdict_from(to_string(word)) == word);
  }
  CHECK_THROWS_AS((void)verdict_from("passed"), Error);
  CHECK_THROWS_AS((void)verdict_from(""), Error);
  CHECK(to_string(NoBaseline) == "no_baseline");
  CHECK(to_string(Outcome::NoVerdict) == "no_verdict");
  CHECK(to_string(Method::Duet) == "duet");
}

TEST_CASE("gate: a machine whose false alarms are proven to exceed alpha gives no verdict instead of a failure") {
  const auto outcome_with = [](std::size_t failed, std::size_t checks, Verdict word) {
    const CalibratedRate rate{"c", "2026-11-25T10:00:00Z", {failed, checks}};
    const CheckVerdict check = conclude({verdict_of(word)}, {}, Circumstances{.calibrated = rate});
    if (check.outcome == Outcome::NoVerdict)
      CHECK(check.reasons.front().find("2 of 60 checks of identical code failed") != std::string::npos);
    return check.outcome;
  };
  CHECK(outcome_with(0, 60, Verdict::Regressed) == Outcome::Regressed);
  CHECK(outcome_with(1, 60, Verdict::Regressed) == Outcome::Regressed);  // 1 of 60 may be chance
  CHECK(outcome_with(2, 60, Verdict::Regressed) == Outcome::NoVerdict);
  CHECK(outcome_with(2, 60, Verdict::Invalid) == Outcome::Fault);
  CHECK(outcome_with(2, 60, Verdict::Held) == Outcome::Pass);  // false alarms do not spoil a pass
  CHECK(exit_code(Outcome::NoVerdict) == 3);
}

TEST_CASE("gate: recording passes when every case is new, checking does not") {
  CHECK(conclude({verdict_of(Verdict::New)}, {}, Circumstances{.purpose = Purpose::Record}).outcome == Outcome::Pass);
  CHECK(conclude({verdict_of(Verdict::New)}, {}).outcome == Outcome::NoVerdict);
  CHECK(conclude({}, {}, Circumstances{.purpose = Purpose::Record}).outcome == Outcome::NoVerdict);
  const Circumstances hot{.purpose = Purpose::Record, .degraded = "too hot"};
  CHECK(conclude({verdict_of(Verdict::New)}, {}, hot).outcome == Outcome::NoVerdict);
}
