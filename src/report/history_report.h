// The past as text, CSV and JSON: runs, moves of baselines, the trend of one case.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/records.h"
#include "ratchet/cusum.h"
#include "src/report/table.h"

namespace ratchet::report {

[[nodiscard]] std::string runs_text(const std::vector<db::RunRow>& runs, const Paint& paint);
[[nodiscard]] std::string baselines_text(const std::vector<db::BaselineMove>& moves, const Paint& paint);
[[nodiscard]] std::string baselines_json(const std::vector<db::BaselineMove>& moves);
[[nodiscard]] std::string runs_json(const std::vector<db::RunRow>& runs);

// A commit as it was measured beside a recorded baseline.
struct Anchored {
  std::string baseline;  // sha
  double change = 0;     // in latency
  Interval change_ci;
  std::optional<CusumReading> sums;  // none of a commit that is not in the order of history
};

// A drift and the commit at which its sum reached the limit.
struct DriftMark {
  std::string marked_at;
  Drift drift;
};

// One case on one device model, oldest first. Changes are in latency: positive is slower.
struct Trend {
  std::string case_id;
  std::string device_name;
  std::vector<db::HistoryPoint> points;
  std::optional<double> baseline_ns;         // of the current baseline
  std::map<std::string, Anchored> anchored;  // by sha; of clean commits, with or without a run
  std::vector<DriftMark> drifts;             // also at commits without a run
};

[[nodiscard]] std::string trend_text(const Trend& trend, const Paint& paint);
[[nodiscard]] std::string trend_json(const std::vector<Trend>& trends);
[[nodiscard]] std::string trend_csv(const std::vector<Trend>& trends);  // RFC 4180

// One block character a value, lowest to highest; an empty string for no values.
[[nodiscard]] std::string sparkline(const std::vector<double>& values);

}  // namespace ratchet::report
