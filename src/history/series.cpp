#include "src/history/series.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "ratchet/anchored.h"
#include "ratchet/environment.h"
#include "ratchet/glob.h"
#include "ratchet/summary.h"
#include "src/repository/spelling.h"

namespace ratchet::history {
namespace {

constexpr std::size_t kDate = sizeof "2026-01-01" - 1;

std::string either(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "\"" : " or \"") + name + "\"";
  return text;
}

// False where the run does not know the metric.
bool measure(Point& point, Metric metric) {
  const db::Summary& summary = point.run.summary;
  const CaseFacts& facts = point.run.facts;
  switch (metric) {
    case Metric::Latency:
      point.value = summary.median_ns;
      point.ci = Interval{summary.ci_lo_ns, summary.ci_hi_ns};
      break;
    case Metric::Bandwidth:
      point.value = bandwidth_gb_per_s(facts.bytes, summary.median_ns);
      point.ci = Interval{bandwidth_gb_per_s(facts.bytes, summary.ci_hi_ns),
                          bandwidth_gb_per_s(facts.bytes, summary.ci_lo_ns)};
      break;
    case Metric::Memory:
      point.value = static_cast<double>(facts.peak_memory_bytes);
      break;
    case Metric::Energy:
      point.value = point.run.energy_j;
      break;
  }
  return point.value > 0;
}

// On the line each commit in its place; commits of one tree are one place, their runs in the order of measurement.
std::size_t put_in_order(std::vector<db::HistoryPoint>& runs, const Line& line) {
  std::vector<std::pair<std::size_t, std::size_t>> places;  // age, index
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto place = line.place_of(runs[i].commit);
    if (!place) continue;
    runs[i].commit.sha = line.newest_first[*place];
    places.emplace_back(*place, i);
  }
  std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto by_index = [](const auto& a, const auto& b) { return a.second < b.second; };
  if (places.size() == runs.size() && std::is_sorted(places.begin(), places.end(), by_index)) return 0;
  std::vector<db::HistoryPoint> ordered;
  ordered.reserve(places.size());
  for (const auto& [age, i] : places) ordered.push_back(std::move(runs[i]));
  const std::size_t left_out = runs.size() - ordered.size();
  runs = std::move(ordered);
  return left_out;
}

// Environments by fingerprint, each read once.
class Environments {
 public:
  explicit Environments(db::Store& store) : store_(&store) {}
  const std::optional<Environment>& of(const std::string& fingerprint) {
    const auto at = known_.find(fingerprint);
    return at != known_.end() ? at->second : known_[fingerprint] = store_->environment(fingerprint);
  }

 private:
  db::Store* store_;
  std::map<std::string, std::optional<Environment>> known_;
};

std::string shown(const std::string& l2) { return l2.empty() ? "unknown" : l2; }

std::vector<std::string> breaks_between(const db::HistoryPoint& before, const db::HistoryPoint& after,
                                        Environments& environments) {
  std::vector<std::string> breaks;
  if (before.environment != after.environment) {
    const auto& was = environments.of(before.environment);
    const auto& is = environments.of(after.environment);
    if (was && is) breaks = differences(*was, *is);
  }
  if (before.facts.definition != after.facts.definition) breaks.push_back("the definition of the case changed");
  if (before.facts.l2 != after.facts.l2)
    breaks.push_back("L2 cache " + shown(before.facts.l2) + " -> " + shown(after.facts.l2));
  return breaks;
}

// Two devices of a model are compared, since a fleet has one baseline; but who sees a step must know that it may be
// the other card.
std::string other_device(const db::HistoryPoint& before, const db::HistoryPoint& after, Environments& environments) {
  if (before.environment == after.environment) return "";
  const auto& was = environments.of(before.environment);
  const auto& is = environments.of(after.environment);
  return was && is && was->device.uuid != is->device.uuid ? is->device.uuid : "";
}

void link_neighbours(std::vector<Point>& points, Environments& environments) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    points[i].other_device = other_device(points[i - 1].run, points[i].run, environments);
    points[i].breaks = breaks_between(points[i - 1].run, points[i].run, environments);
    if (points[i].breaks.empty()) points[i].to_previous = points[i].value / points[i - 1].value - 1;
  }
}

// In the metric: of the latency the baseline knows its median; anything else is that of its own run.
std::optional<double> baseline_value(const Series& series) {
  if (series.moves.empty() || series.moves.back().kind == "retired") return std::nullopt;
  const db::BaselineMove& standing = series.moves.back();
  if (series.metric == Metric::Latency && standing.median_ns > 0) return standing.median_ns;
  for (const Point& point : series.points) {
    if (!standing.run_uuid.empty() && point.run.run_uuid == standing.run_uuid) return point.value;
  }
  return std::nullopt;
}

// The move that stood at a time. RFC 3339 in UTC, as the store keeps what ratchet writes, orders as text.
std::optional<std::size_t> standing_at(const std::vector<db::BaselineMove>& moves, const std::string& time) {
  std::optional<std::size_t> standing;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if (moves[i].moved_at < time) standing = i;
  }
  return standing && moves[*standing].kind == "retired" ? std::nullopt : standing;
}

void tell_baselines(Series& series, const Line& line) {
  series.baseline_value = baseline_value(series);
  std::map<std::string, Let> let;
  for (const db::BaselineMove& move : series.moves) {
    if (move.kind != "accepted") continue;
    let[line.sha_of(move.commit)] = {move.reason, move.actor, move.moved_at};
  }
  for (Point& point : series.points) {
    if (series.baseline_value) point.to_baseline = point.value / *series.baseline_value - 1;
    point.baseline = standing_at(series.moves, point.run.started_at);
    const auto at = let.find(point.run.commit.sha);
    if (!point.run.commit.dirty && at != let.end()) point.accepted = at->second;
  }
}

void tell_verdicts(db::Store& store, Series& series, const Line& line) {
  std::map<std::pair<std::string, bool>, db::CaseJudgement> newest;
  for (db::CaseJudgement& one : store.judgements(series.case_id, series.device_name)) {
    const std::pair key(line.sha_of(one.candidate), one.candidate.dirty);
    newest[key] = std::move(one);
  }
  for (Point& point : series.points) {
    const auto at = newest.find({point.run.commit.sha, point.run.commit.dirty});
    if (at != newest.end()) point.judgement = at->second;
  }
}

// What was measured beside a recorded baseline of the case, oldest first. Duets with any other revision (check --base)
// would tear the sums apart: where the anchor changes they begin anew.
std::vector<AnchoredChange> beside_baselines(db::Store& store, const Series& series) {
  std::set<std::string> anchors;
  for (const db::BaselineMove& move : series.moves) anchors.insert(move.commit.sha);
  std::vector<AnchoredChange> changes = credible_changes(store, series.case_id, series.device_name);
  std::erase_if(changes, [&](const AnchoredChange& one) {
    return one.candidate.dirty || one.baseline.empty() || !anchors.contains(one.baseline);
  });
  return changes;
}

std::vector<CusumReading> sums_of(const std::vector<AnchoredChange>& changes, double tolerance, double confidence) {
  std::vector<CusumPoint> points;
  for (const AnchoredChange& one : changes) {
    points.push_back(
        {one.candidate.sha, one.baseline, std::log1p(one.change), standard_error_of(one.change_ci, confidence)});
  }
  return cusum(points, std::log1p(tolerance));
}

// Without a line there is no order, and what has no order has no sum.
void watch_for_drift(db::Store& store, const Line& line, const Policy& policy, Series& series) {
  if (series.moves.empty()) return;
  std::vector<AnchoredChange> changes = beside_baselines(store, series);
  std::vector<CusumReading> sums;
  if (!line.newest_first.empty()) {
    changes = in_commit_order(changes, line.newest_first).changes;
    sums = sums_of(changes, tolerance_of(policy, series.case_id, series.moves.back().device_kind), policy.confidence);
  }
  std::unordered_map<std::string, Beside> beside;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const AnchoredChange& one = changes[i];
    beside[one.candidate.sha] = {one.baseline, one.change, one.change_ci, std::nullopt};
    if (sums.empty()) continue;
    beside[one.candidate.sha].sums = sums[i];
    if (sums[i].drift) series.drifts.push_back({one.candidate.sha, *sums[i].drift});
  }
  for (Point& point : series.points) {
    const auto at = beside.find(point.run.commit.sha);
    if (!point.run.commit.dirty && at != beside.end()) point.beside = at->second;
  }
}

// Of a logarithm, from the exact 95 % interval of a median; 0 where there is none.
double standard_error_of_log(const std::optional<Interval>& ci) {
  if (!ci || !(ci->low > 0) || !std::isfinite(ci->high)) return 0;
  return std::log(ci->high / ci->low) / 2 / boost::math::quantile(boost::math::normal(), 0.975);
}

void mark_changes(Series& series) {
  std::vector<SeriesPoint> points;
  for (const Point& point : series.points)
    points.push_back({std::log(point.value), standard_error_of_log(point.ci), !point.breaks.empty()});
  for (const ChangePoint& change : change_points(points)) series.points[change.index].change = change;
}

std::vector<db::BaselineMove> moves_of(db::Store& store, const Series& series) {
  std::vector<db::BaselineMove> moves = store.baseline_log(series.case_id);
  std::erase_if(moves, [&](const db::BaselineMove& move) {
    return move.device_name != series.device_name || move.case_id != series.case_id;
  });
  return moves;
}

void complete(db::Store& store, const Line& line, const Policy& policy, Environments& environments, Series& series) {
  series.moves = moves_of(store, series);
  link_neighbours(series.points, environments);
  tell_baselines(series, line);
  tell_verdicts(store, series, line);
  watch_for_drift(store, line, policy, series);
  if (!line.newest_first.empty()) mark_changes(series);
}

void arrange(db::Store& store, Recorded recorded, Metric metric, const Line& line, const Policy& policy, Found& found) {
  std::vector<db::HistoryPoint>& runs = recorded.runs;
  if (!line.newest_first.empty()) found.beside += put_in_order(runs, line);
  std::map<std::string, Series> by_device;
  for (db::HistoryPoint& run : runs) {
    Point point;
    point.run = std::move(run);
    if (!measure(point, metric)) {
      ++found.unknown;
      continue;
    }
    std::vector<Point>& points = by_device[point.run.device_name].points;
    if (points.empty()) points.reserve(runs.size());  // a point is large to move
    points.push_back(std::move(point));
  }
  Environments environments(store);
  for (auto& [device, series] : by_device) {
    series.case_id = recorded.case_id;
    series.device_name = device;
    series.metric = metric;
    complete(store, line, policy, environments, series);
    found.series.push_back(std::move(series));
  }
}

}  // namespace

std::vector<AnchoredChange> credible_changes(db::Store& store, const std::string& case_id,
                                             const std::string& device_name) {
  std::vector<AnchoredChange> changes = store.anchored_changes(case_id, device_name);
  std::erase_if(changes, [](const AnchoredChange& one) { return !is_credible(one); });
  return changes;
}

Unknown::Unknown(const std::string& text, std::vector<std::string> nearest)
    : Error(text + (nearest.empty() ? "" : "; did you mean " + either(nearest) + "?")), nearest_(std::move(nearest)) {}

std::vector<std::string> cases_matching(db::Store& store, const std::string& glob) {
  const std::vector<std::string> names = store.case_names();
  if (names.empty()) throw Unknown("no run is recorded yet; `ratchet record` or `ratchet run` measures one", {});
  std::vector<std::string> chosen;
  std::copy_if(names.begin(), names.end(), std::back_inserter(chosen),
               [&](const std::string& name) { return name == glob || glob_matches(glob, name); });
  if (chosen.empty()) throw Unknown("no recorded case matches \"" + glob + "\"", repository::nearest_few(glob, names));
  return chosen;
}

void require_device(db::Store& store, const std::string& device_name) {
  const std::vector<std::string> names = store.device_names();
  if (device_name.empty() || std::find(names.begin(), names.end(), device_name) != names.end()) return;
  throw Unknown("no run of a device \"" + device_name + "\" is recorded", repository::nearest_few(device_name, names));
}

std::vector<Recorded> recorded(db::Store& store, const std::vector<std::string>& cases,
                               const db::HistoryFilter& filter) {
  std::vector<Recorded> all;
  for (const std::string& id : cases) all.push_back({id, store.history(id, filter)});
  return all;
}

std::string since(const std::string& text) { return text.size() == kDate ? text + "T00:00:00Z" : text; }
std::string until(const std::string& text) { return text.size() == kDate ? text + "T23:59:59Z" : text; }

Found series_of(db::Store& store, std::vector<Recorded> recorded, Metric metric, const Line& line,
                const Policy& policy) {
  Found found;
  for (Recorded& one : recorded) arrange(store, std::move(one), metric, line, policy, found);
  return found;
}

}  // namespace ratchet::history
