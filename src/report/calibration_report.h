// What a calibration found, as people read it.
#pragma once

#include <string>

#include "src/documents/calibration_document.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string calibration_text(const documents::CalibrationDocument& document, const Paint& paint);

}  // namespace ratchet::report
