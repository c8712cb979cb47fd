#include "src/report/history_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "ratchet/summary.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

using Json = nlohmann::ordered_json;

std::string shorten(const std::string& sha) { return sha.substr(0, 10); }

// Names come from commits and devices: whatever is not UTF-8 becomes U+FFFD instead of an exception.
std::string dump(const Json& document) { return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string commit_label(const Commit& commit) { return shorten(commit.sha) + (commit.dirty ? "+dirty" : ""); }

std::string csv(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

// Change against the point before it, when both were measured in one environment.
std::optional<double> step(const Trend& trend, std::size_t i) {
  if (i == 0 || trend.points[i].environment != trend.points[i - 1].environment) return std::nullopt;
  return trend.points[i].summary.median_ns / trend.points[i - 1].summary.median_ns - 1;
}

std::optional<double> from_baseline(const Trend& trend, std::size_t i) {
  if (!trend.baseline_ns || *trend.baseline_ns <= 0) return std::nullopt;
  return trend.points[i].summary.median_ns / *trend.baseline_ns - 1;
}

const Anchored* anchored(const Trend& trend, std::size_t i) {
  const Commit& commit = trend.points[i].commit;
  const auto at = trend.anchored.find(commit.sha);
  return commit.dirty || at == trend.anchored.end() ? nullptr : &at->second;
}

// The larger of the two sums, with the sign of its direction.
std::string sum_text(const Anchored* of) {
  if (of == nullptr || !of->sums) return "-";
  const bool slower = of->sums->slower >= of->sums->faster;
  const double sum = slower ? of->sums->slower : of->sums->faster;
  return sum == 0 ? "0" : fmt::format("{}{:.1f}", slower ? "+" : "-", sum);
}

std::string drift_text(const Drift& drift) {
  return (drift.slower ? "drift since " : "faster since ") + shorten(drift.since);
}

Cell mark(const Anchored* of) {
  if (of == nullptr || !of->sums || !of->sums->drift) return {""};
  return {drift_text(*of->sums->drift), of->sums->drift->slower ? Tint::Bad : Tint::Good};
}

const char* direction(const Drift& drift) { return drift.slower ? "slower" : "faster"; }

void put_anchored(Json& json, const Anchored& of) {
  json["anchor"] = of.baseline;
  json["anchored_change"] = of.change;
  json["anchored_change_ci"] = {of.change_ci.low, of.change_ci.high};
  if (!of.sums) return;
  json["cusum"] = of.sums->slower;
  json["cusum_faster"] = of.sums->faster;
  if (!of.sums->drift) return;
  json["drift_since"] = of.sums->drift->since;
  json["drift_direction"] = direction(*of.sums->drift);
}

// The last three columns; empty where nothing is known. In the CSV only what got slower is a drift.
std::string anchored_csv(const Anchored* of) {
  if (of == nullptr) return ",,";
  if (!of->sums) return fmt::format("{},,", of->change);
  const auto& drift = of->sums->drift;
  return fmt::format("{},{},{}", of->change, of->sums->slower, drift && drift->slower ? drift->since : "");
}

std::string shown(const std::optional<double>& ratio) { return ratio ? percent(*ratio) : "-"; }

Json series_json(const Trend& trend) {
  Json points = Json::array();
  for (std::size_t i = 0; i < trend.points.size(); ++i) {
    const db::HistoryPoint& point = trend.points[i];
    Json json = {{"run", point.run_uuid},
                 {"commit", point.commit.sha},
                 {"dirty", point.commit.dirty},
                 {"subject", point.commit.subject},
                 {"time", point.commit.time},
                 {"started_at", point.started_at},
                 {"environment", point.environment},
                 {"median_ns", point.summary.median_ns},
                 {"ci_ns", {point.summary.ci_lo_ns, point.summary.ci_hi_ns}},
                 {"launches", point.summary.launches},
                 {"samples", point.summary.samples}};
    if (point.facts.bytes > 0)
      json["bandwidth_gb_per_s"] = bandwidth_gb_per_s(point.facts.bytes, point.summary.median_ns);
    if (const auto change = step(trend, i)) json["change_to_previous"] = *change;
    if (const auto change = from_baseline(trend, i)) json["change_to_baseline"] = *change;
    if (const Anchored* of = anchored(trend, i)) put_anchored(json, *of);
    points.push_back(std::move(json));
  }
  Json json = {{"case", trend.case_id}, {"device", trend.device_name}};
  if (trend.baseline_ns) json["baseline_ns"] = *trend.baseline_ns;
  json["drifts"] = Json::array();
  for (const DriftMark& one : trend.drifts) {
    json["drifts"].push_back(
        {{"since", one.drift.since}, {"marked_at", one.marked_at}, {"direction", direction(one.drift)}});
  }
  json["points"] = std::move(points);
  return json;
}

}  // namespace

std::string sparkline(const std::vector<double>& values) {
  if (values.empty()) return "";
  constexpr std::array<const char*, 8> kBlocks{"\u2581", "\u2582", "\u2583", "\u2584",
                                               "\u2585", "\u2586", "\u2587", "\u2588"};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::string line;
  for (const double value : values) {
    const double height = *high > *low ? (value - *low) / (*high - *low) : 0;
    line += kBlocks[static_cast<std::size_t>(height * (kBlocks.size() - 1) + 0.5)];
  }
  return line;
}

std::string runs_text(const std::vector<db::RunRow>& runs, const Paint& paint) {
  Table table(
      {{"run"}, {"commit"}, {"started"}, {"cases", Align::Right}, {"samples", Align::Right}, {"device"}, {"subject"}});
  for (const db::RunRow& run : runs) {
    const std::string cases =
        run.unmeasured > 0 ? fmt::format("{} ({} failed)", run.cases, run.unmeasured) : std::to_string(run.cases);
    table.add({{run.uuid.substr(0, 8)},
               {commit_label(run.commit)},
               {run.started_at},
               {cases, run.unmeasured > 0 ? Tint::Bad : Tint::Plain},
               {std::to_string(run.samples)},
               {run.device_name},
               {run.commit.subject.substr(0, 60)}});
  }
  return table.empty() ? "no runs are recorded\n" : table.text(paint);
}

std::string runs_json(const std::vector<db::RunRow>& runs) {
  Json list = Json::array();
  for (const db::RunRow& run : runs) {
    list.push_back({{"uuid", run.uuid},
                    {"commit", run.commit.sha},
                    {"dirty", run.commit.dirty},
                    {"subject", run.commit.subject},
                    {"started_at", run.started_at},
                    {"device", run.device_name},
                    {"environment", run.environment},
                    {"tool", run.tool},
                    {"cases", run.cases},
                    {"unmeasured", run.unmeasured},
                    {"samples", run.samples}});
  }
  return dump({{"format", "ratchet.log/1"}, {"runs", std::move(list)}});
}

std::string baselines_text(const std::vector<db::BaselineMove>& moves, const Paint& paint) {
  Table table({{"case"},
               {"device"},
               {"move"},
               {"commit"},
               {"at the move", Align::Right},
               {"since", Align::Right},
               {"moved"},
               {"by"},
               {"reason"}});
  for (const db::BaselineMove& move : moves) {
    table.add({{move.case_id},
               {move.device_name},
               {move.kind, move.kind == "accepted" || move.kind == "retired" ? Tint::Doubt : Tint::Plain},
               {shorten(move.commit.sha)},
               {move.median_ns > 0 ? time(move.median_ns) : "-"},
               {move.since ? fmt::format("{} ({})", time(move.since->median_ns), count(move.since->sessions, "check"))
                           : "-"},
               {move.moved_at},
               {move.actor},
               {move.reason}});
  }
  return table.empty() ? "no baselines\n" : table.text(paint);
}

std::string baselines_json(const std::vector<db::BaselineMove>& moves) {
  Json list = Json::array();
  for (const db::BaselineMove& move : moves) {
    Json json = {{"case", move.case_id},
                 {"device", move.device_name},
                 {"kind", move.kind},
                 {"commit", move.commit.sha},
                 {"module", move.module_hash},
                 {"run", move.run_uuid},
                 {"median_ns", move.median_ns},
                 {"ci_ns", {move.ci_lo_ns, move.ci_hi_ns}},
                 {"moved_at", move.moved_at},
                 {"actor", move.actor},
                 {"reason", move.reason}};
    if (move.since) json["since"] = {{"median_ns", move.since->median_ns}, {"checks", move.since->sessions}};
    list.push_back(std::move(json));
  }
  return dump({{"format", "ratchet.baselines/1"}, {"moves", std::move(list)}});
}

std::string trend_text(const Trend& trend, const Paint& paint) {
  Table table({{"commit"},
               {"started"},
               {"median", Align::Right},
               {"95 % interval", Align::Right},
               {"bandwidth", Align::Right},
               {"to previous", Align::Right},
               {"to baseline", Align::Right},
               {"side by side", Align::Right},
               {"CUSUM", Align::Right},
               {"mark"},
               {"subject"}});
  std::vector<double> medians;
  for (std::size_t i = 0; i < trend.points.size(); ++i) {
    const db::HistoryPoint& point = trend.points[i];
    const Anchored* of = anchored(trend, i);
    medians.push_back(point.summary.median_ns);
    table.add({{commit_label(point.commit)},
               {point.started_at},
               {time(point.summary.median_ns)},
               {time(point.summary.ci_lo_ns) + " .. " + time(point.summary.ci_hi_ns)},
               {bandwidth(bandwidth_gb_per_s(point.facts.bytes, point.summary.median_ns))},
               {shown(step(trend, i))},
               {shown(from_baseline(trend, i))},
               {of != nullptr ? percent(of->change) : "-"},
               {sum_text(of)},
               mark(of),
               {point.commit.subject.substr(0, 60)}});
  }
  std::string text = printable(trend.case_id) + " on " + printable(trend.device_name) + "\n" + table.text(paint) +
                     sparkline(medians) + "\n";
  for (const DriftMark& one : trend.drifts) {
    text += paint(one.drift.slower ? Tint::Bad : Tint::Good, drift_text(one.drift)) + ", marked at " +
            shorten(one.marked_at) + "\n";
  }
  return text;
}

std::string trend_json(const std::vector<Trend>& trends) {
  Json series = Json::array();
  for (const Trend& trend : trends) series.push_back(series_json(trend));
  return dump({{"format", "ratchet.trend/1"}, {"series", std::move(series)}});
}

std::string trend_csv(const std::vector<Trend>& trends) {
  std::string text =
      "case,device,commit,time,started_at,run,median_ns,ci_lo_ns,ci_hi_ns,launches,samples,bandwidth_gb_per_s,"
      "environment,anchored_change,cusum,drift_since\r\n";
  for (const Trend& trend : trends) {
    for (std::size_t i = 0; i < trend.points.size(); ++i) {
      const db::HistoryPoint& point = trend.points[i];
      const db::Summary& summary = point.summary;
      text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv(trend.case_id), csv(trend.device_name),
                          point.commit.sha, point.commit.time, point.started_at, point.run_uuid, summary.median_ns,
                          summary.ci_lo_ns, summary.ci_hi_ns, summary.launches, summary.samples,
                          bandwidth_gb_per_s(point.facts.bytes, summary.median_ns), csv(point.environment),
                          anchored_csv(anchored(trend, i)));
    }
  }
  return text;
}

}  // namespace ratchet::report
