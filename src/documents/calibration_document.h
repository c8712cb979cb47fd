// "ratchet.calibration/1": what `ratchet calibrate` measured of a machine. Written for people who want to know what a
// verdict is worth, and for programs; nothing reads it back.
#pragma once

#include <string>
#include <vector>

#include "ratchet/calibration.h"

namespace ratchet::documents {

struct CalibrationDocument {
  std::string uuid;
  std::string started_at;  // RFC 3339
  std::string made_at;
  std::string tool;
  Environment environment;
  Calibration calibration;
  std::vector<std::string> unusable;  // cases that could not be calibrated, with the reason
};

[[nodiscard]] std::string write(const CalibrationDocument& document);

}  // namespace ratchet::documents
