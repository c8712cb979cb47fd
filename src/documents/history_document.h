// What the pages of the history show: "ratchet.history/1" of src/documents/formats.md. Plain data, gathered by whoever
// has a store; the file of `ratchet report --html` holds all of it, and a server can send the same document. It decides
// nothing: verdicts, change points and baselines come in as they were decided.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/statistics.h"

namespace ratchet::documents {

struct HistoryDocument {
  struct RunMark {
    std::string uuid;
    std::size_t commit = 0;       // index in commits
    std::size_t environment = 0;  // index in environments
    std::string started_at;       // RFC 3339
    bool dirty = false;           // of a work tree with changes
  };

  struct Point {
    std::size_t run = 0;  // index in runs
    double median_ns = 0;
    Interval ci_ns;
    std::string verdict;  // of the newest check or record of this commit; "": none was recorded
  };

  // A move of the baseline; it stands from its point on, until the next one.
  struct Step {
    std::size_t point = 0;  // index in Series::points; their number when nothing was measured since
    std::string kind;       // set | advanced | accepted | retired
    std::string sha;
    std::string moved_at;  // RFC 3339
    double median_ns = 0;  // 0 of a retirement
    Interval ci_ns;
    std::string reason;
    std::string actor;
  };

  // A lasting change of the level that was found in the series, at its first point.
  struct ChangePoint {
    std::size_t point = 0;
    double before_ns = 0;
    double after_ns = 0;
  };

  // From this point on numbers must not be compared with those before it, and what differs.
  struct Break {
    std::size_t point = 0;
    std::vector<std::string> what;
  };

  // A drift of small steps, at the point where the sum of them reached its limit.
  struct DriftMark {
    std::size_t point = 0;
    std::string since;  // sha of the commit at which it probably began
    bool slower = true;
  };

  // What the newest check or record said of the case.
  struct Judgement {
    std::string verdict;
    std::optional<double> change;  // candidate / baseline - 1 in latency
    std::optional<Interval> change_ci;
    std::string made_at;  // RFC 3339
    std::string sha;      // of the candidate; "" when unknown
  };

  // One case on one device model, in the order of the commits.
  struct Series {
    CaseFacts facts;
    std::string device;
    double tolerance = 0;  // ratio
    std::vector<Point> points;
    std::vector<Step> steps;  // oldest first
    std::vector<ChangePoint> change_points;
    std::vector<Break> breaks;
    std::vector<DriftMark> drifts;
    std::optional<Judgement> newest;
  };

  // Every sample of one case of one run, for the distribution view.
  struct Samples {
    std::size_t series = 0;
    std::size_t run = 0;
    std::vector<std::vector<double>> launches;
  };

  struct Calibration {
    std::string device;
    std::string document;  // "ratchet.calibration/1"
  };

  std::string tool;
  std::string made_at;          // RFC 3339
  std::string repository;       // its name, for the title
  std::vector<Commit> commits;  // oldest first, in first-parent order
  std::vector<Environment> environments;
  std::vector<RunMark> runs;
  std::vector<Series> series;
  std::vector<Samples> samples;
  std::vector<Calibration> calibrations;
  std::size_t points_beside = 0;  // of commits that are not on the line: left out
};

// One JSON object without any "<", so that it can stand inside a page. Columns are packed: base64 of little-endian
// numbers, times as 32-bit floats (24 bits of mantissa, an error below 1e-7: it is for the eye). Text that is not UTF-8
// gets U+FFFD. Throws Error for an index out of range, a time that is not finite and above zero, or a calibration that
// is no JSON.
[[nodiscard]] std::string write(const HistoryDocument& history);

}  // namespace ratchet::documents
