#include "src/documents/verdict_document.h"

#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

Json interval_json(const Interval& interval) { return Json::array({interval.low, interval.high}); }

Json side_json(const SideSummary& side) {
  Json json = Json::object();
  put(json, "commit", side.commit);
  json["median_ns"] = side.median_ns;
  json["ci_ns"] = interval_json(side.ci_ns);
  json["launches"] = side.launches;
  json["samples"] = side.samples;
  put(json, "bandwidth_gb_per_s", side.bandwidth_gb_per_s);
  return json;
}

Json ledger_json(const Ledger& ledger) {
  Json json = {{"baseline", ledger.baseline}};
  if (ledger.commits_between) json["commits_between"] = *ledger.commits_between;
  json["left_out"] = {{"dirty", ledger.left_out_dirty}, {"beside", ledger.left_out_beside}};
  json["measured"] = Json::array();
  for (const LedgerEntry& entry : ledger.entries) {
    Json one = {{"commit", entry.commit}};
    if (entry.dirty) one["dirty"] = true;
    put(one, "subject", entry.subject);
    one["change"] = entry.change;
    one["change_ci"] = interval_json(entry.change_ci);
    if (entry.step) one["step"] = *entry.step;
    if (entry.commits > 0) one["commits"] = entry.commits;
    json["measured"].push_back(std::move(one));
  }
  return json;
}

Json case_json(const CaseVerdict& verdict) {
  Json json = {{"case", verdict.id}, {"verdict", to_string(verdict.verdict)}};
  if (verdict.method != Method::None) json["method"] = to_string(verdict.method);
  if (verdict.change) json["change"] = *verdict.change;
  if (verdict.change_ci) {
    json["change_ci"] = interval_json(*verdict.change_ci);
    json["confidence"] = verdict.confidence;
  }
  if (verdict.baseline) json["baseline"] = side_json(*verdict.baseline);
  if (verdict.candidate) json["candidate"] = side_json(*verdict.candidate);
  put(json, "tolerance", verdict.tolerance);
  if (verdict.mde) json["mde"] = *verdict.mde;
  if (verdict.prior) {
    json["prior"] = {{"ratio", verdict.prior->ratio},
                     {"weight", verdict.prior->weight},
                     {"launches", verdict.prior->launches}};
  }
  put(json, "handicap_percent", verdict.handicap_percent);
  if (verdict.ruling) json["ruling"] = {{"granted", verdict.ruling->granted}, {"text", verdict.ruling->text}};
  if (verdict.session_spread) {
    json["session_spread"] = {{"sd", verdict.session_spread->sd},
                              {"sessions", verdict.session_spread->sessions},
                              {"learned", verdict.session_spread->learned}};
  }
  json["reasons"] = verdict.reasons;
  if (verdict.since_baseline) json["since_baseline"] = ledger_json(*verdict.since_baseline);
  return json;
}

Json policy_json(const Policy& policy) {
  Json tolerance = Json::array();  // a list, because the order decides
  for (const auto& [glob, ratio] : policy.tolerance) tolerance.push_back({{"cases", glob}, {"ratio", ratio}});
  return {{"tolerance", std::move(tolerance)},
          {"cuda_tolerance", policy.cuda_tolerance},
          {"cpu_tolerance", policy.cpu_tolerance},
          {"alpha", policy.alpha},
          {"beta", policy.beta},
          {"confidence", policy.confidence},
          {"min_launches", policy.min_launches},
          {"max_launches", policy.max_launches},
          {"min_rounds", policy.min_rounds},
          {"min_stored_launches", policy.min_stored_launches},
          {"overdispersion", policy.overdispersion},
          {"prior_weight", policy.prior_weight},
          {"max_prior_weight", policy.max_prior_weight},
          {"session_sd", policy.session_sd},
          {"stored_confidence", policy.stored_confidence},
          {"max_tick", policy.max_tick},
          {"implausible_speedup", policy.implausible_speedup},
          {"strict", policy.strict},
          {"family", policy.family}};
}

}  // namespace

std::string write(const CheckVerdict& check) {
  Json unjudged = Json::array();
  for (const Unjudged& one : check.unjudged) unjudged.push_back({{"case", one.id}, {"why", one.why}});
  Json document = {{"format", kVerdictFormat}};
  put(document, "uuid", check.uuid);
  document["command"] = to_string(check.purpose);
  put(document, "run", check.run_uuid);
  document["outcome"] = to_string(check.outcome);
  document["exit_code"] = exit_code(check.outcome);
  document["reasons"] = check.reasons;
  document["census"] = {{"expected", check.expected}, {"judged", check.judged}, {"unjudged", std::move(unjudged)}};
  document["policy"] = policy_json(check.policy);
  document["error_rates"] = {{"alpha_check", check.policy.alpha}, {"beta", check.policy.beta}};
  if (check.calibrated) {
    document["calibrated"] = {{"uuid", check.calibrated->uuid},
                              {"made_at", check.calibrated->made_at},
                              {"failed", check.calibrated->false_alarms.hits},
                              {"checks", check.calibrated->false_alarms.trials}};
  }
  document["device_seconds"] = check.device_seconds;
  document["cases"] = Json::array();
  for (const CaseVerdict& verdict : check.cases) document["cases"].push_back(case_json(verdict));
  return lay_out(document);
}

std::string write(const Replay& replay) {
  return lay_out({{"format", "ratchet.replay/1"},
                  {"verdict", replay.verdict},
                  {"same", replay.differences.empty()},
                  {"cases", replay.cases},
                  {"differences", replay.differences}});
}

std::string write(const Stats& stats) {
  return lay_out({{"format", "ratchet.stats/1"},
                  {"n", stats.n},
                  {"median", stats.median},
                  {"ci", interval_json(stats.ci)},
                  {"confidence", stats.confidence},
                  {"mean", stats.mean},
                  {"cv", stats.cv},
                  {"min", stats.min},
                  {"max", stats.max},
                  {"tick", stats.tick}});
}

}  // namespace ratchet::documents
