#include "src/cli/check_plan.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "ratchet/environment.h"
#include "ratchet/glob.h"
#include "src/cli/judging.h"
#include "src/cli/past.h"
#include "src/executor/identity.h"
#include "src/report/progress.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

CaseVerdict settled(const std::string& id, Verdict word, const std::string& reason) {
  CaseVerdict verdict;
  verdict.id = id;
  verdict.verdict = word;
  verdict.method = word == Verdict::Identical ? Method::Identical : Method::None;
  verdict.decided = true;
  if (!reason.empty()) verdict.reasons.push_back(reason);
  return verdict;
}

bool is_handicapped(const std::string& id, const executor::Settings& settings) {
  return std::any_of(settings.handicaps.begin(), settings.handicaps.end(),
                     [&](const auto& handicap) { return glob_matches(handicap.first, id); });
}

executor::Pairing& pairing_for(std::vector<executor::Pairing>& pairings, const SuiteModule& module,
                               const Standing& standing, const Commit& candidate) {
  for (executor::Pairing& pairing : pairings) {
    if (pairing.candidate_module == module.file && pairing.baseline.module_hash == standing.module_hash &&
        pairing.baseline.commit.sha == standing.commit.sha)
      return pairing;
  }
  executor::Pairing pairing;
  pairing.baseline_module = standing.module;
  pairing.candidate_module = module.file;
  pairing.baseline = {"baseline", standing.commit, standing.module_hash};
  pairing.candidate = {"candidate", candidate, module.hash};
  return pairings.emplace_back(std::move(pairing));
}

// What may be identical in a pairing: the same file met itself only to be measured on purpose.
std::vector<std::string> askable(const executor::Pairing& pairing, const executor::Settings& settings) {
  std::vector<std::string> ids;
  if (pairing.baseline.module_hash == pairing.candidate.module_hash) return ids;
  std::copy_if(pairing.cases.begin(), pairing.cases.end(), std::back_inserter(ids),
               [&](const std::string& id) { return !is_handicapped(id, settings); });
  return ids;
}

}  // namespace

CheckPlan plan_check(const Suite& suite, const std::map<std::string, Standing>& standings, const Commit& candidate,
                     const executor::Settings& settings, bool measure_identical) {
  CheckPlan plan;
  std::map<std::string, Standing> unmet = standings;
  for (const SuiteModule& module : suite.modules) {
    for (const CaseFacts& facts : module.cases) {
      const auto standing = standings.find(facts.id);
      unmet.erase(facts.id);
      if (standing == standings.end()) {
        plan.settled.push_back(
            standings.empty() ? settled(facts.id, Verdict::NoBaseline,
                                        "no baseline on this device model; `ratchet record` on the main branch sets it")
                              : settled(facts.id, Verdict::New, "the baseline does not have this case"));
      } else if (standing->second.module_hash == module.hash && !measure_identical &&
                 !is_handicapped(facts.id, settings)) {
        plan.settled.push_back(settled(facts.id, Verdict::Identical, ""));
      } else {
        pairing_for(plan.pairings, module, standing->second, candidate).cases.push_back(facts.id);
      }
    }
  }
  for (const auto& [id, standing] : unmet)
    plan.settled.push_back(settled(id, Verdict::Missing, "the candidate does not have this case"));
  return plan;
}

CheckPlan settle_identical(Context& context, CheckPlan plan, const Device& device, const executor::Settings& settings) {
  if (device.kind != "cuda") return plan;
  executor::Identity identity(context.bench(), device.compute_capability, settings.case_timeout_s,
                              [&](const std::string& why) { context.log().info(why); });
  for (executor::Pairing& pairing : plan.pairings) {
    const std::vector<std::string> ids = askable(pairing, settings);
    if (ids.empty()) continue;
    const std::set<std::string> identical = identity.identical(pairing.baseline_module, pairing.candidate_module, ids);
    std::erase_if(pairing.cases, [&](const std::string& id) { return identical.contains(id); });
    for (const std::string& id : identical)
      plan.settled.push_back(settled(id, Verdict::Identical, "same device code, launch configuration and inputs"));
  }
  std::erase_if(plan.pairings, [](const executor::Pairing& pairing) { return pairing.cases.empty(); });
  return plan;
}

std::map<std::string, Standing> standings_of_database(Context& context, const Suite& suite) {
  db::Store& store = context.store(db::Mode::ReadWrite);
  std::map<std::string, Standing> standings;
  std::map<std::string, std::filesystem::path> files;  // each is hashed again once, not once a case
  for (const db::BaselineMove& move : store.baselines(suite.environment.device.name)) {
    const auto [file, fresh] = files.try_emplace(move.module_hash);
    if (fresh) file->second = store.module_file(move.module_hash);
    standings[move.case_id] = {move.id, file->second, move.module_hash, move.commit};
  }
  return standings;
}

std::map<std::string, Standing> standings_at(Context& context, const Suite& suite, const Commit& commit) {
  db::Store& store = context.store(db::Mode::ReadWrite);
  std::map<std::string, bool> before;  // by sha
  const auto stood = [&](const std::string& sha) {
    const auto [at, fresh] = before.try_emplace(sha);
    if (fresh) at->second = repository::is_before(context.root(), sha, commit.sha);
    return at->second;
  };
  std::vector<db::BaselineMove> log = store.baseline_log("*");
  std::map<std::string, const db::BaselineMove*> newest;  // null: retired, whatever came before
  for (auto move = log.rbegin(); move != log.rend(); ++move) {
    if (move->device_name != suite.environment.device.name || newest.contains(move->case_id)) continue;
    if (move->kind == "retired")
      newest[move->case_id] = nullptr;
    else if (stood(move->commit.sha))
      newest[move->case_id] = &*move;
  }
  std::map<std::string, Standing> standings;
  for (const auto& [id, move] : newest) {
    if (move == nullptr) continue;
    standings[id] = {move->id, store.module_file(move->module_hash), move->module_hash, move->commit};
  }
  return standings;
}

void keep_matching(std::map<std::string, Standing>& standings, const std::vector<std::string>& globs) {
  if (globs.empty()) return;
  std::erase_if(standings, [&](const auto& standing) {
    return std::none_of(globs.begin(), globs.end(),
                        [&](const std::string& glob) { return glob_matches(glob, standing.first); });
  });
}

executor::Judged measure_plan(Context& context, const Suite& suite, const CheckPlan& plan, const Policy& policy,
                              const executor::Settings& settings) {
  const Overdispersions past = past_of(context, suite, plan, policy);
  report::Progress progress(context.streams().err, context.streams().err_is_terminal);
  return executor::measure_until_decided(context.bench(), plan.pairings, policy, past, settings,
                                         [&](std::size_t launch, std::size_t decided, std::size_t cases) {
                                           progress.launch(launch, policy.max_launches, decided, cases);
                                         });
}

std::vector<CaseVerdict> all_verdicts(Context& context, const CheckPlan& plan, const executor::Judged& judged,
                                      const Commit& candidate, const std::map<std::string, Standing>& standings) {
  std::vector<CaseVerdict> verdicts = judged.verdicts;
  verdicts.insert(verdicts.end(), plan.settled.begin(), plan.settled.end());
  BaselineCommits baselines;
  for (const auto& [id, standing] : standings) baselines[id] = standing.commit.sha;
  apply_acceptances(context, candidate, baselines, verdicts);
  return verdicts;
}

std::optional<std::string> unfit(const executor::Judged& judged) {
  for (const Duet& duet : judged.duets) {
    if (auto why = degraded(duet.telemetry, kind_of(duet.environment))) return why;
  }
  return std::nullopt;
}

double measured_seconds(const executor::Judged& judged) {
  double seconds = 0;
  for (const Duet& duet : judged.duets) seconds += measured_seconds(duet);
  return seconds;
}

}  // namespace ratchet::cli
