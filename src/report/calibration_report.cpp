#include "src/report/calibration_report.h"

#include <fmt/format.h>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

std::string found(const Found& found) {
  const std::string share =
      found.resampled.trials > 0 ? fmt::format(" {:.0f} %", 100 * rate(found.resampled)) : std::string();
  if (found.measured.trials == 0) return share.empty() ? "-" : "-" + share;
  return fmt::format("{}/{}{}", found.measured.hits, found.measured.trials, share);
}

// One column for each planted slowdown; a case has all of them or none.
std::vector<Column> columns(const Calibration& calibration) {
  std::vector<Column> columns{{"case"},
                              {"detectable", Align::Right},
                              {"launches", Align::Right},
                              {"false alarms", Align::Right},
                              {"held", Align::Right}};
  for (const Power& point : calibration.cases.front().power)
    columns.push_back({fmt::format("+{:g} % found", point.planted_percent), Align::Right});
  return columns;
}

Table case_table(const Calibration& calibration) {
  Table table(columns(calibration));
  for (const CaseCalibration& one : calibration.cases) {
    const Proportion& alarms = one.false_alarms.measured;
    std::vector<Cell> cells{{one.id},
                            {one.detectable ? percent(*one.detectable) : "none"},
                            {fmt::format("{:.1f}", one.launches)},
                            {fmt::format("{}/{}", alarms.hits, alarms.trials), alarms.hits > 0 ? Tint::Bad : Tint::Plain},
                            {found(one.held)}};
    for (const Power& point : one.power) cells.push_back({found(point.found)});
    table.add(std::move(cells));
  }
  return table;
}

std::string upper(const Proportion& proportion) { return probability(clopper_pearson(proportion, 0.95).high); }

}  // namespace

std::string calibration_text(const documents::CalibrationDocument& document, const Paint& paint) {
  const Calibration& calibration = document.calibration;
  const Proportion& measured = calibration.false_alarms.measured;
  const Proportion& resampled = calibration.false_alarms.resampled;
  std::string text = case_table(calibration).text(paint) + "\n";
  text += "hits/checks as measured, then the share of checks resampled from the same launches\n";
  for (const std::string& one : document.unusable) text += "not calibrated: " + printable(one) + "\n";
  text += fmt::format(
      "checks of identical code that failed: measured {} of {} (at most {} with 95 % confidence), resampled {} of {}; "
      "promised at most {}\n",
      measured.hits, measured.trials, upper(measured), resampled.hits, resampled.trials,
      probability(calibration.policy.alpha));
  text += fmt::format("{} of identical code; a check of {} takes {:.1f} launches, {:.1f} s\n",
                      count(calibration.launches, "launch"), count(calibration.cases.size(), "case"),
                      calibration.launches_per_check, calibration.seconds_per_check);
  text += paint(Tint::Faint, "recorded as calibration " + document.uuid) + "\n";
  return text;
}

}  // namespace ratchet::report
