#include "src/html/gathered.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "ratchet/error.h"
#include "src/history/series.h"

namespace ratchet::html {
namespace {

using documents::HistoryDocument;

// Gives commits, runs and environments their places in the document as series come by.
class Places {
 public:
  Places(db::Store& store, const history::Line& line) : store_(store), line_(line) {}

  std::size_t run_of(const db::HistoryPoint& point) {
    const auto [found, is_new] = runs_.try_emplace(point.run_uuid, document_.runs.size());
    if (is_new) {
      commits_.try_emplace(point.commit.sha, point.commit);
      document_.runs.push_back(
          {point.run_uuid, 0, environment_of(point.environment), point.started_at, point.commit.dirty});
      shas_.push_back(point.commit.sha);
    }
    return found->second;
  }
  const Environment& environment(const db::HistoryPoint& point) {
    return document_.environments[environment_of(point.environment)];
  }

  // The runs get their commits now that all of them are known: in the order of the line, oldest first.
  HistoryDocument finish() {
    std::vector<Commit> commits;
    for (const auto& [sha, commit] : commits_) commits.push_back(commit);
    std::sort(commits.begin(), commits.end(),
              [this](const Commit& a, const Commit& b) { return line_.age.at(a.sha) > line_.age.at(b.sha); });
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < commits.size(); ++i) places[commits[i].sha] = i;
    for (std::size_t i = 0; i < shas_.size(); ++i) document_.runs[i].commit = places[shas_[i]];
    document_.commits = std::move(commits);
    return std::move(document_);
  }

 private:
  std::size_t environment_of(const std::string& fingerprint) {
    const auto [found, is_new] = environments_.try_emplace(fingerprint, document_.environments.size());
    if (is_new) document_.environments.push_back(store_.environment(fingerprint).value_or(Environment{}));
    return found->second;
  }

  db::Store& store_;
  const history::Line& line_;
  HistoryDocument document_;
  std::map<std::string, std::size_t> runs_;
  std::map<std::string, std::size_t> environments_;
  std::map<std::string, Commit> commits_;
  std::vector<std::string> shas_;  // of the runs
};

// The first point that was measured of the commit of this age or of a later one; the number of points when there is
// none.
std::size_t point_at(const history::Series& series, const history::Line& line, std::size_t age) {
  const auto found = std::find_if(series.points.begin(), series.points.end(), [&](const history::Point& point) {
    return line.age.at(point.run.commit.sha) <= age;
  });
  return static_cast<std::size_t>(found - series.points.begin());
}

// A move belongs to the commit that became the baseline; none when that is not on the line.
std::optional<std::size_t> place_of(const db::BaselineMove& move, const history::Series& series,
                                    const history::Line& line) {
  const auto age = move.commit.sha.empty() ? std::nullopt : line.place_of(move.commit);
  return age ? std::optional(point_at(series, line, *age)) : std::nullopt;
}

// A move without a commit on the line (a retirement) comes after the runs that were made before it, and not after the
// move that followed.
std::size_t place_by_time(std::size_t move, const history::Series& series, const history::Line& line) {
  std::size_t place = 0;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    if (series.points[i].run.started_at <= series.moves[move].moved_at) place = i + 1;
  }
  for (std::size_t next = move + 1; next < series.moves.size(); ++next) {
    if (const auto then = place_of(series.moves[next], series, line)) return std::min(place, *then);
  }
  return place;
}

std::vector<HistoryDocument::Step> steps_of(const history::Series& series, const history::Line& line) {
  std::vector<HistoryDocument::Step> steps;
  std::size_t reached = 0;
  for (std::size_t i = 0; i < series.moves.size(); ++i) {
    const db::BaselineMove& move = series.moves[i];
    const auto place = place_of(move, series, line);
    // In the order of the moves, whatever the commits: the newest move is the baseline.
    reached = std::max(reached, place ? *place : place_by_time(i, series, line));
    steps.push_back({reached,
                     move.kind,
                     move.commit.sha,
                     move.moved_at,
                     move.median_ns,
                     {move.ci_lo_ns, move.ci_hi_ns},
                     move.reason,
                     move.actor});
  }
  return steps;
}

// Of the newest commit on the line that was judged: what pull requests were told is not what became of this line.
std::optional<HistoryDocument::Judgement> newest_of(const std::vector<db::CaseJudgement>& judgements,
                                                    const history::Line& line) {
  std::optional<HistoryDocument::Judgement> newest;
  std::size_t least_age = 0;
  for (const db::CaseJudgement& one : judgements) {
    const auto age = line.place_of(one.candidate);
    if (!age || (newest && *age > least_age)) continue;
    least_age = *age;
    newest = HistoryDocument::Judgement{to_string(one.verdict), one.change, one.change_ci, one.made_at,
                                        line.newest_first[*age]};
  }
  return newest;
}

HistoryDocument::Series series_of(const history::Series& series, const history::Line& line, Places& places,
                                  const Policy& policy) {
  HistoryDocument::Series out;
  out.device = series.device_name;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const history::Point& point = series.points[i];
    const db::Summary& numbers = point.run.summary;
    out.points.push_back({places.run_of(point.run),
                          numbers.median_ns,
                          {numbers.ci_lo_ns, numbers.ci_hi_ns},
                          point.judgement ? to_string(point.judgement->verdict) : ""});
    if (!point.breaks.empty()) out.breaks.push_back({i, point.breaks});
    if (point.change)
      out.change_points.push_back({i, std::exp(point.change->old_level), std::exp(point.change->new_level)});
  }
  out.steps = steps_of(series, line);
  for (const history::DriftMark& drift : series.drifts) {
    // What one commit brought is no drift: its verdict tells it.
    if (drift.drift.since == drift.marked_at) continue;
    const std::size_t place = point_at(series, line, line.age.at(drift.marked_at));
    if (place < out.points.size()) out.drifts.push_back({place, drift.drift.since, drift.drift.slower});
  }
  const db::HistoryPoint& last = series.points.back().run;
  out.facts = last.facts;
  out.tolerance = tolerance_of(policy, out.facts, places.environment(last).device.kind);
  return out;
}

// A case that never gave a sample has no run to show, and what was said of it all the more.
HistoryDocument::Series without_points(const std::string& case_id, const std::string& device) {
  HistoryDocument::Series series;
  series.facts.id = case_id;
  series.device = device;
  return series;
}

}  // namespace

HistoryDocument gathered(db::Store& store, const history::Line& line, const Policy& policy) {
  Places places(store, line);
  std::vector<HistoryDocument::Series> all;
  std::size_t beside = 0;
  const std::vector<std::string> devices = store.device_names();
  for (const std::string& case_id : store.case_names()) {
    std::map<std::string, HistoryDocument::Series> by_device;
    const history::Found found = history::series_of(
        store, history::recorded(store, {case_id}, {}), history::Metric::Latency, line, policy);
    beside += found.beside;
    for (const history::Series& one : found.series) by_device[one.device_name] = series_of(one, line, places, policy);
    for (const std::string& device : devices) {
      auto newest = newest_of(store.judgements(case_id, device), line);
      if (newest && !by_device.contains(device)) by_device[device] = without_points(case_id, device);
      if (newest) by_device[device].newest = std::move(newest);
    }
    for (auto& [device, one] : by_device) all.push_back(std::move(one));
  }
  HistoryDocument document = places.finish();
  document.series = std::move(all);
  document.points_beside = beside;
  for (const std::string& device : devices) {
    const std::vector<db::CalibrationReport> reports = store.calibration_reports(device);
    if (!reports.empty()) document.calibrations.push_back({device, reports.front().document});
  }
  return document;
}

void add_samples(HistoryDocument& document, const Run& run) {
  const auto found = std::find_if(document.runs.begin(), document.runs.end(),
                                  [&](const HistoryDocument::RunMark& one) { return one.uuid == run.uuid; });
  if (found == document.runs.end())
    throw Error("run " + run.uuid + " is not on this line of history, so the page does not show it");
  const auto place = static_cast<std::size_t>(found - document.runs.begin());
  for (std::size_t i = 0; i < document.series.size(); ++i) {
    for (const Measurement& measured : run.measurements) {
      const HistoryDocument::Series& series = document.series[i];
      if (measured.facts.id == series.facts.id && run.environment && run.environment->device.name == series.device &&
          !measured.launches.empty())
        document.samples.push_back({i, place, measured.launches});
    }
  }
}

}  // namespace ratchet::html
