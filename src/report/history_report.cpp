#include "src/report/history_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

using Json = nlohmann::ordered_json;

std::string shorten(const std::string& sha) { return sha.substr(0, 10); }

// Names come from commits and devices: whatever is not UTF-8 becomes U+FFFD instead of an exception.
std::string dump(const Json& document) { return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string commit_label(const Commit& commit) { return shorten(commit.sha) + (commit.dirty ? "+dirty" : ""); }

}  // namespace

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

std::string verdicts_json(const std::vector<db::VerdictRow>& verdicts) {
  Json list = Json::array();
  for (const db::VerdictRow& verdict : verdicts) {
    list.push_back({{"uuid", verdict.uuid},
                    {"made_at", verdict.made_at},
                    {"outcome", verdict.outcome},
                    {"exit_code", verdict.exit_code},
                    {"baseline", verdict.baseline},
                    {"candidate", verdict.candidate},
                    {"dirty", verdict.dirty},
                    {"device", verdict.device_name},
                    {"environment", verdict.environment},
                    {"cases", verdict.cases}});
  }
  return dump({{"format", "ratchet.verdicts/1"}, {"verdicts", std::move(list)}});
}

std::string cases_json(const std::vector<std::string>& cases, const std::vector<std::string>& devices) {
  return dump({{"format", "ratchet.cases/1"}, {"cases", cases}, {"devices", devices}});
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

}  // namespace ratchet::report
