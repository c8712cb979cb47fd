// What a short measurement tells of a device: each reading with what it means for those who want to measure there. Pure: the
// launches have been made.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ratchet/run.h"

namespace ratchet::cli {

enum class Health { Good, Notice, Bad };

struct Finding {
  std::string what;
  std::string reading;
  Health health = Health::Good;
};

// Of launches of one short case; more than one, or sentinels cannot be compared.
[[nodiscard]] std::vector<Finding> examine_device(const Environment& environment, std::span<const Telemetry> launches);

}  // namespace ratchet::cli
