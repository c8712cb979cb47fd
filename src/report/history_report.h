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
[[nodiscard]] std::string verdicts_json(const std::vector<db::VerdictRow>& verdicts);
[[nodiscard]] std::string cases_json(const std::vector<std::string>& cases, const std::vector<std::string>& devices);
[[nodiscard]] std::string runs_json(const std::vector<db::RunRow>& runs);

}  // namespace ratchet::report
