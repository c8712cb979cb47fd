#include "src/report/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "src/report/ledger_report.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

std::string side_time(const std::optional<SideSummary>& side) { return side ? time(side->median_ns) : "-"; }

Table case_table(const CheckVerdict& check) {
  Table table({{"case"},
               {"baseline", Align::Right},
               {"candidate", Align::Right},
               {"bandwidth", Align::Right},
               {"change", Align::Right},
               {fmt::format("{:.0f} % interval", 100 * check.policy.confidence), Align::Right},
               {"detectable", Align::Right},
               {"verdict"}});
  for (const CaseVerdict& verdict : check.cases) {
    const Tint tint = tint_of(verdict.verdict);
    const std::string planted =
        verdict.handicap_percent > 0 ? fmt::format(" (planted +{:g} %)", verdict.handicap_percent) : "";
    table.add({{verdict.id},
               {side_time(verdict.baseline)},
               {side_time(verdict.candidate)},
               {verdict.candidate ? bandwidth(verdict.candidate->bandwidth_gb_per_s) : "-"},
               {verdict.change ? percent(*verdict.change) : "-", tint},
               {verdict.change_ci ? interval(*verdict.change_ci) : "-"},
               {verdict.mde ? percent(*verdict.mde) : "-"},
               {to_string(verdict.verdict) + planted, tint}});
  }
  return table;
}

bool wants_explanation(const CaseVerdict& verdict) {
  switch (verdict.verdict) {
    case Verdict::Held:
    case Verdict::Improved:
    case Verdict::Identical:
      return false;
    default:
      return true;
  }
}

// What is to be said of a case beyond its line in the table.
std::string explanation(const CaseVerdict& verdict) {
  std::string line;
  const auto say = [&](const std::string& text) { line += (line.empty() ? "" : "; ") + text; };
  if (verdict.verdict == Verdict::Regressed && verdict.change) {
    say(fmt::format("{} slower, tolerance {}, {} a side", percent(*verdict.change), probability(verdict.tolerance),
                    verdict.candidate ? count(verdict.candidate->launches, "launch") : "?"));
  }
  for (const std::string& reason : verdict.reasons) say(printable(reason));
  if (verdict.verdict == Verdict::Inconclusive && verdict.mde) {
    say(fmt::format("a slowdown of {} would have been found", percent(*verdict.mde)));
  }
  return line;
}

}  // namespace

// A hundred cases without a baseline are one fact, not a hundred.
std::string explanations(const CheckVerdict& check, const Paint& paint) {
  struct Group {
    Verdict verdict;
    std::string text;
    std::string ledger;
    std::vector<std::string> ids;
  };
  std::vector<Group> groups;
  for (const CaseVerdict& verdict : check.cases) {
    if (!wants_explanation(verdict)) continue;
    const std::string text = explanation(verdict);
    const std::string ledger = verdict.since_baseline ? ledger_text(*verdict.since_baseline, paint) : "";
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.verdict == verdict.verdict && group.text == text && group.ledger == ledger;
    });
    if (same == groups.end()) {
      groups.push_back({verdict.verdict, text, ledger, {verdict.id}});
    } else {
      same->ids.push_back(verdict.id);
    }
  }
  std::string lines;
  for (const Group& group : groups) {
    const std::string who = group.ids.size() == 1 ? printable(group.ids.front()) : count(group.ids.size(), "case");
    lines += paint(tint_of(group.verdict), to_string(group.verdict)) + " " + who +
             (group.text.empty() ? "" : ": " + group.text) + "\n" + group.ledger;
  }
  return lines;
}

std::string census(const CheckVerdict& check) {
  constexpr std::array<Verdict, 10> kOrder{
      Verdict::Regressed, Verdict::Invalid,  Verdict::Missing, Verdict::NoBaseline, Verdict::Inconclusive,
      Verdict::Accepted,  Verdict::Improved, Verdict::Held,    Verdict::Identical,  Verdict::New};
  std::string line;
  for (const Verdict word : kOrder) {
    std::size_t n = 0;
    for (const CaseVerdict& verdict : check.cases) n += verdict.verdict == word ? 1 : 0;
    if (n > 0) line += fmt::format("{}{} {}", line.empty() ? "" : ", ", n, to_string(word));
  }
  return line.empty() ? "no cases" : line + " of " + count(check.expected, "case");
}

namespace {

std::string headline(const CheckVerdict& check, const Paint& paint) {
  const std::string code = fmt::format(" (exit {})", exit_code(check.outcome));
  switch (check.outcome) {
    case Outcome::Pass:
      return paint(Tint::Good, "PASS") + code;
    case Outcome::Regressed:
      return paint(Tint::Bad, "REGRESSED") + code;
    case Outcome::Fault:
      return paint(Tint::Bad, "FAULT") + code;
    case Outcome::NoVerdict:
      return paint(Tint::Doubt, "NO VERDICT") + code;
  }
  return code;
}

}  // namespace

std::string calibration_line(const CalibratedRate& calibrated) {
  const Proportion& seen = calibrated.false_alarms;
  return fmt::format("calibrated on {}: {} of {} of identical code failed here (at most {} with 95 % confidence)",
                     calibrated.made_at.substr(0, 10), seen.hits, count(seen.trials, "check"),
                     probability(clopper_pearson(seen, 0.95).high));
}

// What the verdicts are worth. The stored test promises no rate: it was only measured.
std::string promise(const CheckVerdict& check) {
  const bool stored = std::any_of(check.cases.begin(), check.cases.end(),
                                  [](const CaseVerdict& verdict) { return verdict.method == Method::Stored; });
  if (stored) return "two recorded runs: no error rate is promised (ratchet/method.md has measured ones)";
  return fmt::format(
      "{:.1f} s of measuring; unchanged code fails such a check with a chance of at most {}, a case slower by its "
      "tolerance is called held with at most {}",
      check.device_seconds, probability(check.policy.alpha), probability(check.policy.beta));
}

Tint tint_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Held:
    case Verdict::Identical:
      return Tint::Plain;
    case Verdict::Improved:
      return Tint::Good;
    case Verdict::Regressed:
    case Verdict::Invalid:
      return Tint::Bad;
    case Verdict::Inconclusive:
    case Verdict::New:
    case Verdict::NoBaseline:
    case Verdict::Missing:
    case Verdict::Accepted:
      return Tint::Doubt;
  }
  return Tint::Plain;
}

std::string check_text(const CheckVerdict& check, const Paint& paint) {
  std::string text = case_table(check).text(paint) + "\n";
  text += explanations(check, paint);
  for (const std::string& reason : check.reasons) text += printable(reason) + "\n";
  text += headline(check, paint) + ": " + census(check) + "\n";
  text += paint(Tint::Faint, promise(check)) + "\n";
  if (check.calibrated) text += paint(Tint::Faint, calibration_line(*check.calibrated)) + "\n";
  if (!check.uuid.empty()) text += paint(Tint::Faint, "recorded as verdict " + check.uuid) + "\n";
  return text;
}

}  // namespace ratchet::report
