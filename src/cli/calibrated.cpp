#include "src/cli/calibrated.h"

#include "ratchet/environment.h"

namespace ratchet::cli {

std::optional<CalibratedRate> calibrated_rate(Context& context, const Environment& environment) {
  for (const db::CalibrationReport& report :
       context.store(db::Mode::ReadWrite).calibration_reports(environment.device.name)) {
    if (!incomparable(report.environment, environment))
      return CalibratedRate{report.calibration, report.made_at, {report.failed, report.checks}};
  }
  return std::nullopt;
}

}  // namespace ratchet::cli
