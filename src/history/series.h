// One case on one device model through its commits, with all that a table or a chart of it shows: values with their
// intervals, verdicts, the baseline of the time, breaks of the environment, change points, the drift, acceptances. The
// one place that puts the store's rows in the order of git. It judges nothing new.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/store.h"
#include "ratchet/change_points.h"
#include "ratchet/cusum.h"
#include "ratchet/error.h"
#include "ratchet/policy.h"
#include "src/history/line.h"

namespace ratchet::history {

enum class Metric { Latency, Bandwidth, Memory, Energy };

// latency | bandwidth | memory | energy; Error for another word.
[[nodiscard]] Metric metric_from(const std::string& word);
[[nodiscard]] std::string to_string(Metric metric);
[[nodiscard]] std::string unit_of(Metric metric);  // ns | GB/s | bytes | J: what values are in

// A commit as it was measured beside a recorded baseline.
struct Beside {
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

// What a person let through at this commit.
struct Let {
  std::string reason;
  std::string actor;
  std::string moved_at;  // RFC 3339
};

// One recorded run of the case. Changes are candidate / other - 1 in the metric.
struct Point {
  db::HistoryPoint run;               // commit, times, environment, facts; the commit's sha is the one on the line
  double value = 0;                   // in the metric's unit
  std::optional<Interval> ci;         // exact, of a median; latency and bandwidth have one
  std::vector<std::string> breaks;    // what differs from the point before so that the two must not be compared
  std::string other_device;           // its uuid, where it is another of the same model than the point before; no break
  std::optional<double> to_previous;  // none for the first and after a break
  std::optional<double> to_baseline;  // against the baseline of today
  std::optional<Beside> beside;       // clean commits only
  std::optional<db::CaseJudgement> judgement;  // the newest verdict on this commit
  std::optional<std::size_t> baseline;         // of the moves, the one that stood when the run began, by the clocks
  std::optional<Let> accepted;
  std::optional<ChangePoint> change;  // a new level begins here; its index is this point's
};

struct Series {
  std::string case_id;
  std::string device_name;
  Metric metric = Metric::Latency;
  std::vector<Point> points;            // oldest first: in the order of the line, by date without one; several a commit
  std::vector<db::BaselineMove> moves;  // oldest first
  std::optional<double> baseline_value;  // of the baseline of today, in the metric
  std::vector<DriftMark> drifts;         // also at commits without a run
};

struct Found {
  std::vector<Series> series;  // one a device model, by name; without points: no series
  std::size_t beside = 0;      // runs of commits that are not on the line: left out
  std::size_t unknown = 0;     // runs that do not know the metric: left out
};

// The runs of a case by date, as the store has them: read apart, so that git can walk the line meanwhile.
struct Recorded {
  std::string case_id;
  std::vector<db::HistoryPoint> runs;
};
// Reads the summaries, never the samples. Empty fields of the filter do not narrow.
[[nodiscard]] std::vector<Recorded> recorded(db::Store& store, const std::vector<std::string>& cases,
                                             const db::HistoryFilter& filter);

// All series of these cases. A line without commits asks for no order: then nothing is left out, and there is neither
// a drift nor a change point; both are those of the runs that were read.
[[nodiscard]] Found series_of(db::Store& store, std::vector<Recorded> recorded, Metric metric, const Line& line,
                              const Policy& policy);

// A case or device that no recorded run knows; the text and `nearest` have what was probably meant.
class Unknown : public Error {
 public:
  Unknown(const std::string& text, std::vector<std::string> nearest);
  [[nodiscard]] const std::vector<std::string>& nearest() const { return nearest_; }

 private:
  std::vector<std::string> nearest_;
};

// The cases that match a glob, by name. Unknown when there are none.
[[nodiscard]] std::vector<std::string> cases_matching(db::Store& store, const std::string& glob);
void require_device(db::Store& store, const std::string& device_name);  // Unknown; "" is any device

// For HistoryFilter: a date is a whole day, from its first second or to its last; any other text is left as it is.
[[nodiscard]] std::string since(const std::string& date_or_time);
[[nodiscard]] std::string until(const std::string& date_or_time);

// Those of Store::anchored_changes() that are credible.
[[nodiscard]] std::vector<AnchoredChange> credible_changes(db::Store& store, const std::string& case_id,
                                                           const std::string& device_name);

}  // namespace ratchet::history
