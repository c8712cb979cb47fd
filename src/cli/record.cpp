#include <algorithm>
#include <map>

#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "ratchet/gate.h"
#include "src/cli/anchored.h"
#include "src/cli/calibrated.h"
#include "src/cli/check_plan.h"
#include "src/cli/commands.h"
#include "src/cli/gating.h"
#include "src/cli/judging.h"
#include "src/cli/measuring.h"
#include "src/cli/recording.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

const Measurement* find(const Run& run, const std::string& id) {
  const auto at = std::find_if(run.measurements.begin(), run.measurements.end(),
                               [&](const Measurement& m) { return m.facts.id == id; });
  return at == run.measurements.end() ? nullptr : &*at;
}

// What a verdict does to the pawl: nothing, unless there was no baseline, faster was proven, or a person accepted.
const char* kind_of_move(Verdict verdict) {
  switch (verdict) {
    case Verdict::New:
      return "set";
    case Verdict::Improved:
      return "advanced";
    case Verdict::Accepted:
      return "accepted";
    default:
      return nullptr;
  }
}

// The numbers of a move are those of the run: it took no part in proving that the candidate is faster, so they are not
// the lucky ones that won.
db::BaselineMove move_to(Context& context, const Commit& commit, const Run& run, const db::Summary& summary,
                         const std::string& module_hash, const CaseVerdict& verdict) {
  db::BaselineMove move;
  move.kind = kind_of_move(verdict.verdict);
  move.case_id = verdict.id;
  move.device_name = run.environment->device.name;
  move.device_kind = run.environment->device.kind;
  move.commit = commit;
  move.module_hash = module_hash;
  move.run_uuid = run.uuid;
  move.definition = find(run, verdict.id)->facts.definition;
  move.median_ns = summary.median_ns;
  move.ci_lo_ns = summary.ci_lo_ns;
  move.ci_hi_ns = summary.ci_hi_ns;
  move.actor = context.actor();
  if (verdict.verdict == Verdict::Accepted) {
    const Audit audit = audit_of(context, commit, verdict);
    move.reason = audit.reason;
    move.actor = audit.actor;
  }
  move.moved_at = context.now();
  return move;
}

std::vector<db::BaselineMove> moves_of(Context& context, const Suite& suite, const CheckRequest& request,
                                       const Run& run, const std::vector<db::Summary>& summaries,
                                       const std::vector<CaseVerdict>& verdicts) {
  db::Store& store = context.store(db::Mode::ReadWrite);
  std::vector<db::BaselineMove> moves;
  for (const SuiteModule& module : suite.modules) {
    std::string hash;
    for (const CaseVerdict& verdict : verdicts) {
      const bool here = std::any_of(module.cases.begin(), module.cases.end(),
                                    [&](const CaseFacts& facts) { return facts.id == verdict.id; });
      const Measurement* measured = find(run, verdict.id);
      if (!here || kind_of_move(verdict.verdict) == nullptr || measured == nullptr || !is_sound(*measured)) continue;
      if (hash.empty()) hash = store.store_module(module.file, context.now());
      const auto summary = std::find_if(summaries.begin(), summaries.end(),
                                        [&](const db::Summary& s) { return s.case_id == verdict.id; });
      db::BaselineMove move = move_to(context, request.candidate, run, *summary, hash, verdict);
      // What was judged against, not what stands now: the store refuses the move when another process came between.
      const auto standing = request.standings.find(verdict.id);
      move.replaces = standing == request.standings.end() ? 0 : standing->second.move;
      moves.push_back(std::move(move));
    }
  }
  return moves;
}

// What a case is that this machine lacks something for: missing, if it had a baseline.
Verdict without(const std::string& id, const CheckPlan& plan) {
  const bool had_none = std::any_of(plan.settled.begin(), plan.settled.end(), [&](const CaseVerdict& settled) {
    return settled.id == id && (settled.verdict == Verdict::NoBaseline || settled.verdict == Verdict::New);
  });
  return had_none ? Verdict::New : Verdict::Missing;
}

// A case that failed in the run, or is unavailable, has no baseline to offer, and nothing to be measured beside one.
void withdraw_failed(const Run& run, CheckPlan& plan) {
  for (const Measurement& measured : run.measurements) {
    if (is_sound(measured)) continue;
    const bool unavailable = is_unavailable(measured.failures);
    CaseVerdict verdict;
    verdict.id = measured.facts.id;
    verdict.verdict = unavailable ? without(measured.facts.id, plan) : Verdict::Invalid;
    verdict.decided = true;
    for (const Failure& failure : measured.failures)
      verdict.reasons.push_back((unavailable ? "unavailable, so it sets no baseline: " : "") + failure.message);
    if (measured.failures.empty()) verdict.reasons.emplace_back("its answer was not verified");
    std::erase_if(plan.settled, [&](const CaseVerdict& settled) { return settled.id == verdict.id; });
    for (executor::Pairing& pairing : plan.pairings) std::erase(pairing.cases, verdict.id);
    plan.settled.push_back(std::move(verdict));
  }
  std::erase_if(plan.pairings, [](const executor::Pairing& pairing) { return pairing.cases.empty(); });
}

// A case that never had a baseline gets its first one here.
void set_first(CheckPlan& plan) {
  for (CaseVerdict& verdict : plan.settled) {
    if (verdict.verdict != Verdict::NoBaseline) continue;
    verdict.verdict = Verdict::New;
    verdict.reasons = {"had no baseline: this commit is it now"};
  }
}

}  // namespace

void declare_record(po::options_description& options) {
  declare_suite(options);
  declare_policy(options);
}

void require_clean(const Commit& commit) {
  if (!commit.dirty) return;
  throw Error(
      "the work tree has changes: a baseline must be a commit that others can build; commit first, or use `ratchet "
      "run`");
}

Checked record_commit(Context& context, const Suite& suite, const CheckRequest& request,
                      const std::optional<Run>& known) {
  const Commit& commit = request.candidate;
  require_clean(commit);
  const Run run = known ? *known
                        : measure_suite(context, suite, static_cast<std::size_t>(context.config().run_launches),
                                        request.settings, commit);
  if (all_unavailable(run))
    throw Error("no case can be measured here: " + run.measurements.front().failures.front().message);
  CheckPlan plan = settle_identical(context, plan_check(suite, request.standings, commit, request.settings, false),
                                    suite.environment.device, request.settings);
  withdraw_failed(run, plan);
  set_first(plan);
  executor::Judged judged = measure_plan(context, suite, plan, request.policy, request.settings);
  auto why_unfit = unfit(judged);
  if (!why_unfit) why_unfit = degraded(run.telemetry, kind_of(run.environment));
  Checked checked;
  checked.verdict =
      conclude(all_verdicts(context, plan, judged, commit, request.standings), judged.policy,
               {Purpose::Record, measured_seconds(judged), why_unfit, calibrated_rate(context, suite.environment)});
  checked.duets = std::move(judged.duets);
  checked.verdict.uuid = context.new_uuid();
  checked.verdict.run_uuid = run.uuid;
  add_ledgers(context, commit, suite.environment.device.name, checked.verdict);

  const std::vector<db::Summary> summaries = summaries_of(run);
  db::Recording recording;
  if (!known) {
    recording.run = run;
    recording.summaries = summaries;
  }
  if (!why_unfit) recording.moves = moves_of(context, suite, request, run, summaries, checked.verdict.cases);
  recording.verdict = verdict_record(context, checked.verdict, checked.duets, commit, suite.environment);
  context.store(db::Mode::ReadWrite).record(recording);
  return checked;
}

int record(Context& context, const po::variables_map& values) {
  CheckRequest request;
  request.policy = policy_from(context, values);
  request.settings = settings_from(context, values);
  request.candidate = repository::head(context.root());
  require_clean(request.candidate);
  const Suite suite = load_suite(context, values);
  request.standings = standings_of_database(context, suite);
  keep_matching(request.standings, texts_of(values, "case"));
  return conclude_and_print(context, record_commit(context, suite, request, std::nullopt).verdict);
}

}  // namespace ratchet::cli
