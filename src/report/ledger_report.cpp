#include "src/report/ledger_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <vector>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

// A screen. A baseline may have stood for a year, and many cases may fail at once.
constexpr std::size_t kMostEntries = 30;

std::string shorten(const std::string& sha) { return sha.substr(0, 10); }

// How much an entry tells of who is to blame; the candidate is always told. Of the first one its whole change is the
// step.
double weight_of(const Ledger& ledger, std::size_t i) {
  if (i + 1 == ledger.entries.size()) return std::numeric_limits<double>::infinity();
  return std::abs(ledger.entries[i].step.value_or(ledger.entries[i].change));
}

// The smallest weight that is shown.
double least_shown(const Ledger& ledger) {
  if (ledger.entries.size() <= kMostEntries) return 0;
  std::vector<double> weights;
  for (std::size_t i = 0; i < ledger.entries.size(); ++i) weights.push_back(weight_of(ledger, i));
  std::nth_element(weights.begin(), weights.begin() + (kMostEntries - 1), weights.end(), std::greater<>());
  return weights[kMostEntries - 1];
}

std::string indented(const std::string& text, const std::string& indent) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    out += indent + line + "\n";
  }
  return out;
}

std::string entries_text(const Ledger& ledger, const Paint& paint) {
  Table table({{"commit"},
               {"to baseline", Align::Right},
               {"interval", Align::Right},
               {"step", Align::Right},
               {"commits", Align::Right},
               {"subject"}});
  const double least = least_shown(ledger);
  std::size_t shown = 0;
  for (std::size_t i = 0; i < ledger.entries.size(); ++i) {
    if (weight_of(ledger, i) < least) continue;
    const LedgerEntry& entry = ledger.entries[i];
    const bool is_candidate = i + 1 == ledger.entries.size();
    ++shown;
    table.add({{is_candidate ? "this" : shorten(entry.commit)},
               {percent(entry.change)},
               {interval(entry.change_ci)},
               {entry.step ? percent(*entry.step) : ""},
               {entry.commits > 0 ? std::to_string(entry.commits) : ""},
               {entry.dirty ? "(a work tree with changes)" : entry.subject.substr(0, 60)}});
  }
  std::string text = indented(table.text(paint), "    ");
  if (const std::size_t cut = ledger.entries.size() - shown; cut > 0)
    text += fmt::format("    {} with smaller steps not shown; --json has all\n", count(cut, "commit"));
  return text;
}

std::string left_out_text(const Ledger& ledger) {
  std::string text;
  if (ledger.left_out_dirty > 0)
    text += fmt::format("  left out: {} of work trees with changes\n", count(ledger.left_out_dirty, "measurement"));
  if (ledger.left_out_beside > 0)
    text +=
        fmt::format("  left out: {} of commits that are not between\n", count(ledger.left_out_beside, "measurement"));
  return text;
}

}  // namespace

std::string ledger_text(const Ledger& ledger, const Paint& paint) {
  if (ledger.commits_between == std::size_t{0}) return "";
  const std::string baseline = shorten(ledger.baseline);
  const std::size_t measured = ledger.entries.size() - 1;  // without the candidate
  std::string text;
  if (!ledger.commits_between) {
    text = fmt::format("  the baseline {} is not in the first-parent history that is known here", baseline);
    text += measured > 0 ? fmt::format("; {} measured beside it:\n", count(measured, "commit")) : "\n";
  } else if (measured > 0) {
    text = fmt::format("  since the baseline {} ({} between, {} measured):\n", baseline,
                       count(*ledger.commits_between, "commit"), measured);
  } else {
    text = fmt::format("  not measured between the baseline {} and this commit: {}\n", baseline,
                       count(*ledger.commits_between, "commit"));
  }
  if (measured > 0) text += entries_text(ledger, paint);
  return text + left_out_text(ledger);
}

}  // namespace ratchet::report
