// The history of a case as text, CSV and JSON ("ratchet.trend/1", src/documents/formats.md).
#pragma once

#include <string>
#include <vector>

#include "src/history/series.h"
#include "src/report/table.h"

namespace ratchet::report {

// The newest rows, with what they leave out said; new levels, drift and sparkline are of the whole.
[[nodiscard]] std::string trend_text(const history::Series& series, const Paint& paint, std::size_t rows);
[[nodiscard]] std::string trend_json(const std::vector<history::Series>& all);
[[nodiscard]] std::string trend_csv(const std::vector<history::Series>& all);  // RFC 4180

// At most kSparks block characters from lowest to highest, each the median of its share of the values; a gap where the
// values before a break end. An empty string for no values. `breaks`: indices at which another environment begins.
inline constexpr std::size_t kSparks = 100;
[[nodiscard]] std::string sparkline(const std::vector<double>& values, const std::vector<std::size_t>& breaks = {});

}  // namespace ratchet::report
