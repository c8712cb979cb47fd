#include "src/report/calibration_report.h"

#include <fmt/format.h>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

std::string found(const Found& found) {
  return fmt::format("{}/{}, {:.0f} %", found.measured.hits, found.measured.trials, 100 * rate(found.resampled));
}

Table case_table(const Calibration& calibration) {
  Table table({{"case"},
               {"detectable", Align::Right},
               {"launches", Align::Right},
               {"false alarms", Align::Right},
               {"held", Align::Right},
               {"found: planted (measured)"}});
  for (const CaseCalibration& one : calibration.cases) {
    std::string power;
    for (const Power& point : one.power) {
      power += fmt::format("{}{:g} % ({}): {}", power.empty() ? "" : "; ", point.planted_percent,
                           percent(point.change), found(point.found));
    }
    const bool alarmed = one.false_alarms.measured.hits > 0;
    table.add({{one.id},
               {one.detectable ? percent(*one.detectable) : "none"},
               {fmt::format("{:.1f}", one.launches)},
               {fmt::format("{}/{}", one.false_alarms.measured.hits, one.false_alarms.measured.trials),
                alarmed ? Tint::Bad : Tint::Plain},
               {found(one.held)},
               {power}});
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
  text += "Each pair is hits/checks as measured, then the share of resampled checks.\n";
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
