#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ratchet/summary.h"
#include "src/report/trend_report.h"

namespace ratchet::report {
namespace {

using history::Beside;
using history::Metric;
using history::Point;
using history::Series;
using Json = nlohmann::ordered_json;

const char* direction(const Drift& drift) { return drift.slower ? "slower" : "faster"; }

void put_beside(Json& json, const Beside& of) {
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

void put_judgement(Json& json, const Series& series, const Point& point) {
  if (point.judgement) {
    json["verdict"] = to_string(point.judgement->verdict);
    json["verdict_uuid"] = point.judgement->verdict_uuid;
  }
  if (point.baseline) {
    const db::BaselineMove& then = series.moves[*point.baseline];
    json["baseline_then"] = {{"commit", then.commit.sha}, {"median_ns", then.median_ns}};
  }
  if (point.accepted)
    json["accepted"] = {
        {"reason", point.accepted->reason}, {"actor", point.accepted->actor}, {"moved_at", point.accepted->moved_at}};
}

Json change_json(const ChangePoint& change) {
  return {{"from", std::exp(change.old_level)},
          {"to", std::exp(change.new_level)},
          {"change", std::expm1(change.log_change())},
          {"false_chance", change.false_chance}};
}

Json point_json(const Series& series, const Point& point) {
  const db::HistoryPoint& run = point.run;
  Json json = {{"run", run.run_uuid},
               {"commit", run.commit.sha},
               {"dirty", run.commit.dirty},
               {"subject", run.commit.subject},
               {"time", run.commit.time},
               {"started_at", run.started_at},
               {"environment", run.environment},
               {"median_ns", run.summary.median_ns},
               {"ci_ns", {run.summary.ci_lo_ns, run.summary.ci_hi_ns}},
               {"launches", run.summary.launches},
               {"samples", run.summary.samples},
               {"value", point.value}};
  if (point.ci) json["ci"] = {point.ci->low, point.ci->high};
  if (run.facts.bytes > 0) json["bandwidth_gb_per_s"] = bandwidth_gb_per_s(run.facts.bytes, run.summary.median_ns);
  if (!point.breaks.empty()) json["breaks"] = point.breaks;
  if (!point.other_device.empty()) json["other_device"] = point.other_device;
  if (point.to_previous) json["change_to_previous"] = *point.to_previous;
  if (point.to_baseline) json["change_to_baseline"] = *point.to_baseline;
  if (point.beside) put_beside(json, *point.beside);
  put_judgement(json, series, point);
  if (point.change) json["new_level"] = change_json(*point.change);
  return json;
}

Json series_json(const Series& series) {
  Json json = {{"case", series.case_id},
               {"device", series.device_name},
               {"metric", history::to_string(series.metric)},
               {"unit", history::unit_of(series.metric)}};
  if (series.baseline_value) {
    json["baseline"] = *series.baseline_value;
    if (series.metric == Metric::Latency) json["baseline_ns"] = *series.baseline_value;
  }
  json["false_mark_rate"] = kFalseMarkRate;
  json["drifts"] = Json::array();
  for (const history::DriftMark& one : series.drifts) {
    json["drifts"].push_back(
        {{"since", one.drift.since}, {"marked_at", one.marked_at}, {"direction", direction(one.drift)}});
  }
  json["points"] = Json::array();
  for (const Point& point : series.points) json["points"].push_back(point_json(series, point));
  return json;
}

std::string csv(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv(const std::optional<double>& number) { return number ? fmt::format("{}", *number) : ""; }

// The last three columns; empty where nothing is known. In the CSV only what got slower is a drift.
std::string beside_csv(const std::optional<Beside>& of) {
  if (!of) return ",,";
  if (!of->sums) return fmt::format("{},,", of->change);
  const auto& drift = of->sums->drift;
  return fmt::format("{},{},{}", of->change, of->sums->slower, drift && drift->slower ? drift->since : "");
}

std::string row_csv(const Series& series, const Point& point) {
  const db::HistoryPoint& run = point.run;
  const db::Summary& summary = run.summary;
  std::string breaks;
  for (const std::string& what : point.breaks) breaks += (breaks.empty() ? "" : "; ") + what;
  const auto level = point.change ? std::optional(std::expm1(point.change->log_change())) : std::nullopt;
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv(series.case_id),
                     csv(series.device_name), run.commit.sha, csv(run.commit.time), csv(run.started_at),
                     csv(run.run_uuid), summary.median_ns, summary.ci_lo_ns, summary.ci_hi_ns, summary.launches,
                     summary.samples, bandwidth_gb_per_s(run.facts.bytes, summary.median_ns),
                     history::to_string(series.metric), point.value, csv(point.to_previous), csv(point.to_baseline),
                     point.judgement ? to_string(point.judgement->verdict) : "", csv(level), csv(breaks),
                     csv(run.environment), beside_csv(point.beside));
}

}  // namespace

std::string trend_json(const std::vector<Series>& all) {
  Json list = Json::array();
  for (const Series& series : all) list.push_back(series_json(series));
  // Names come from commits and devices: whatever is not UTF-8 becomes U+FFFD instead of an exception.
  return Json{{"format", "ratchet.trend/1"}, {"series", std::move(list)}}.dump(1, ' ', false,
                                                                               Json::error_handler_t::replace) +
         "\n";
}

std::string trend_csv(const std::vector<Series>& all) {
  std::string text =
      "case,device,commit,time,started_at,run,median_ns,ci_lo_ns,ci_hi_ns,launches,samples,bandwidth_gb_per_s,"
      "metric,value,to_previous,to_baseline,verdict,new_level,breaks,environment,anchored_change,cusum,drift_since\r\n";
  for (const Series& series : all) {
    for (const Point& point : series.points) text += row_csv(series, point);
  }
  return text;
}

}  // namespace ratchet::report
