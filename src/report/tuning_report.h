// What a tuning came to, for a terminal and as a Markdown report that stands alone: every variant of every shape, those
// that were rejected and those that lost too, since a table of winners cannot be checked.
#pragma once

#include <optional>
#include <string>

#include "ratchet/tuning.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string tuning_text(const Tuning& tuning, const Paint& paint);
// Latency against the size `along`, by the best variant of each.
[[nodiscard]] std::string landscape_text(const Tuning& tuning, const std::string& along, const Paint& paint);
// Without `along`: no landscape, because no shape has such a size.
[[nodiscard]] std::string tuning_markdown(const Tuning& tuning, const std::optional<std::string>& along,
                                          const std::string& command);

// In both forms: "eliminated after 5 launches: at least 1.031 times the time of warps=4", and what came of a shape.
[[nodiscard]] std::string fate_text(const Tuning& tuning, const TunedShape& shape, std::size_t which);
[[nodiscard]] std::string choice_text(const Tuning& tuning, const TunedShape& shape);
[[nodiscard]] std::string knee_text(const Knee& knee, const std::string& along);
[[nodiscard]] std::string ratio_to_front(const Contender& contender);
[[nodiscard]] std::string growth_text(const Tuning& tuning, const Landscape& landscape, std::size_t point);

}  // namespace ratchet::report
