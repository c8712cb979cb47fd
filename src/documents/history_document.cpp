#include "src/documents/history_document.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "ratchet/error.h"
#include "ratchet/verdict.h"
#include "src/documents/packed.h"
#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

constexpr std::uint8_t kNoVerdict = 255;

void require_index(std::size_t index, std::size_t size, const std::string& what) {
  if (index >= size) throw Error("history: " + what + " " + std::to_string(index) + " of " + std::to_string(size));
}

float time_of(double time_ns, const std::string& of) {
  if (!std::isfinite(time_ns) || time_ns <= 0) throw Error("history: " + of + ": a time that is not above zero");
  return static_cast<float>(time_ns);
}

Json commits_json(const std::vector<Commit>& commits) {
  Json json = {{"sha", Json::array()}, {"subject", Json::array()}, {"time", Json::array()}};
  for (const Commit& commit : commits) {
    json["sha"].push_back(commit.sha);
    json["subject"].push_back(commit.subject);
    json["time"].push_back(commit.time);
  }
  return json;
}

Json environments_json(const std::vector<Environment>& environments) {
  Json json = Json::array();
  for (const Environment& environment : environments) {
    Json one = Json::object();
    put(one, "environment", std::optional(environment));
    json.push_back(one.contains("environment") ? one["environment"] : Json::object());
  }
  return json;
}

Json runs_json(const HistoryDocument& history) {
  Json json = {{"uuid", Json::array()}, {"started_at", Json::array()}};
  json["dirty"] = Json::array();
  std::vector<std::uint32_t> commit;
  std::vector<std::uint32_t> environment;
  for (const HistoryDocument::RunMark& run : history.runs) {
    require_index(run.commit, history.commits.size(), "commit");
    require_index(run.environment, history.environments.size(), "environment");
    if (run.dirty) json["dirty"].push_back(json["uuid"].size());
    json["uuid"].push_back(run.uuid);
    json["started_at"].push_back(run.started_at);
    commit.push_back(static_cast<std::uint32_t>(run.commit));
    environment.push_back(static_cast<std::uint32_t>(run.environment));
  }
  json["commit"] = packed(commit);
  json["environment"] = packed(environment);
  return json;
}

// Columns of one series. The word of a verdict is its index in `verdicts`, the document's list of words.
void put_points(Json& json, const HistoryDocument::Series& series, std::size_t runs) {
  std::vector<std::uint32_t> run;
  std::vector<float> median;
  std::vector<float> low;
  std::vector<float> high;
  std::vector<std::uint8_t> verdict;
  for (const HistoryDocument::Point& point : series.points) {
    require_index(point.run, runs, "run");
    run.push_back(static_cast<std::uint32_t>(point.run));
    median.push_back(time_of(point.median_ns, series.facts.id));
    low.push_back(time_of(point.ci_ns.low, series.facts.id));
    high.push_back(time_of(point.ci_ns.high, series.facts.id));
    verdict.push_back(point.verdict.empty() ? kNoVerdict : static_cast<std::uint8_t>(verdict_from(point.verdict)));
  }
  json["run"] = packed(run);
  json["median_ns"] = packed(median);
  json["ci_lo_ns"] = packed(low);
  json["ci_hi_ns"] = packed(high);
  json["verdict"] = packed(verdict);
}

Json step_json(const HistoryDocument::Step& step, std::size_t points) {
  require_index(step.point, points + 1, "point");
  Json json = {{"point", step.point}, {"kind", step.kind}, {"moved_at", step.moved_at}};
  put(json, "sha", step.sha);
  put(json, "reason", step.reason);
  put(json, "actor", step.actor);
  if (step.kind != "retired") {
    json["median_ns"] = time_of(step.median_ns, "a baseline");
    json["ci_ns"] = {step.ci_ns.low, step.ci_ns.high};
  }
  return json;
}

Json newest_json(const HistoryDocument::Judgement& judgement) {
  Json json = {{"verdict", judgement.verdict}, {"made_at", judgement.made_at}};
  put(json, "sha", judgement.sha);
  if (judgement.change) json["change"] = *judgement.change;
  if (judgement.change_ci) json["change_ci"] = {judgement.change_ci->low, judgement.change_ci->high};
  return json;
}

void put_marks(Json& json, const HistoryDocument::Series& series) {
  const std::size_t points = series.points.size();
  json["steps"] = Json::array();
  for (const HistoryDocument::Step& step : series.steps) json["steps"].push_back(step_json(step, points));
  json["change_points"] = Json::array();
  for (const HistoryDocument::ChangePoint& one : series.change_points) {
    require_index(one.point, points, "point");
    json["change_points"].push_back({{"point", one.point}, {"before_ns", one.before_ns}, {"after_ns", one.after_ns}});
  }
  json["breaks"] = Json::array();
  for (const HistoryDocument::Break& one : series.breaks) {
    require_index(one.point, points, "point");
    json["breaks"].push_back({{"point", one.point}, {"what", one.what}});
  }
  json["drifts"] = Json::array();
  for (const HistoryDocument::DriftMark& one : series.drifts) {
    require_index(one.point, points, "point");
    json["drifts"].push_back({{"point", one.point}, {"since", one.since}, {"slower", one.slower}});
  }
}

Json series_json(const HistoryDocument::Series& series, std::size_t runs) {
  Json json = {{"case", series.facts.id}, {"device", series.device}, {"tolerance", series.tolerance}};
  if (series.facts.bytes > 0) json["bytes"] = series.facts.bytes;
  if (series.facts.flops > 0) json["flops"] = series.facts.flops;
  put(json, "l2", series.facts.l2);
  put(json, "source", series.facts.source);
  put_points(json, series, runs);
  put_marks(json, series);
  if (series.newest) json["newest"] = newest_json(*series.newest);
  return json;
}

Json samples_json(const HistoryDocument& history) {
  Json json = Json::array();
  for (const HistoryDocument::Samples& one : history.samples) {
    require_index(one.series, history.series.size(), "series");
    require_index(one.run, history.runs.size(), "run");
    Json launches = Json::array();
    for (const std::vector<double>& launch : one.launches) {
      std::vector<float> column;
      for (const double time_ns : launch) column.push_back(time_of(time_ns, history.series[one.series].facts.id));
      launches.push_back(packed(column));
    }
    json.push_back({{"series", one.series}, {"run", one.run}, {"launches", std::move(launches)}});
  }
  return json;
}

Json calibrations_json(const std::vector<HistoryDocument::Calibration>& calibrations) {
  Json json = Json::array();
  for (const HistoryDocument::Calibration& one : calibrations) {
    Json document = Json::parse(one.document, nullptr, false);
    if (document.is_discarded()) throw Error("history: the calibration of " + one.device + " is no JSON");
    json.push_back({{"device", one.device}, {"document", std::move(document)}});
  }
  return json;
}

std::vector<std::string> verdict_words() {
  std::vector<std::string> words;
  for (int i = 0; i <= static_cast<int>(Verdict::Identical); ++i) words.push_back(to_string(static_cast<Verdict>(i)));
  return words;
}

// Inside a page "</script" would end the data and "<!--" would hide its end: hostile names must stay text.
std::string without_angles(const std::string& text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) {
    if (letter == '<') {
      safe += "\\u003c";
    } else {
      safe += letter;
    }
  }
  return safe;
}

}  // namespace

std::string write(const HistoryDocument& history) {
  Json json = {{"format", "ratchet.history/1"}, {"tool", history.tool}, {"made_at", history.made_at}};
  put(json, "repository", history.repository);
  if (history.points_beside > 0) json["points_beside"] = history.points_beside;
  json["verdicts"] = verdict_words();
  json["commits"] = commits_json(history.commits);
  json["environments"] = environments_json(history.environments);
  json["runs"] = runs_json(history);
  json["series"] = Json::array();
  for (const HistoryDocument::Series& series : history.series)
    json["series"].push_back(series_json(series, history.runs.size()));
  json["samples"] = samples_json(history);
  json["calibrations"] = calibrations_json(history.calibrations);
  return without_angles(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace ratchet::documents
