// The past as text and JSON: recorded runs and moves of baselines.
#pragma once

#include <string>
#include <vector>

#include "db/records.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string runs_text(const std::vector<db::RunRow>& runs, const Paint& paint);
[[nodiscard]] std::string baselines_text(const std::vector<db::BaselineMove>& moves, const Paint& paint);
[[nodiscard]] std::string baselines_json(const std::vector<db::BaselineMove>& moves);
[[nodiscard]] std::string runs_json(const std::vector<db::RunRow>& runs);

}  // namespace ratchet::report
