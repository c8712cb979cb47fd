// Hours of the device and money, for people and as JSON. The currency is a word that came with the price.
#pragma once

#include <span>
#include <string>

#include "ratchet/cost.h"
#include "src/report/table.h"

namespace ratchet::report {

// `against`: what savings are held against, "" where nothing is.
[[nodiscard]] std::string cost_text(std::span<const CostLine> lines, const Demand& demand, const std::string& currency,
                                    const std::string& against, const Paint& paint);
[[nodiscard]] std::string cost_json(std::span<const CostLine> lines, const Demand& demand, const std::string& currency,
                                    const std::string& against);

}  // namespace ratchet::report
