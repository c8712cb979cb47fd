#include "ratchet/duet.h"
#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "ratchet/gate.h"
#include "ratchet/session_spread.h"
#include "ratchet/stored.h"
#include "ratchet/witness.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/documents/documents.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

// Older sessions say less of today's machine, and a hundred are plenty for one standard deviation.
constexpr std::size_t kNewestSessions = 100;

bool is_file(const std::string& name) { return std::filesystem::exists(name); }

// A run file, a recorded run by its uuid, or the run of a commit by any name that git knows.
Run find_run(Context& context, const std::string& name) {
  if (is_file(name)) return documents::read_run(documents::read_file(name), name);
  db::Store& store = context.store(db::Mode::ReadOnly);
  if (auto run = store.find_run(name)) return *run;
  std::string sha;
  try {
    sha = repository::resolve(std::filesystem::current_path(), name).sha;
  } catch (const Error&) {
    throw Error("\"" + report::printable(name) +
                "\" is neither a file, nor a recorded run, nor a commit; `ratchet log` lists the runs");
  }
  if (auto run = store.find_run(sha)) return *run;
  throw Error("no run of commit " + sha + " is recorded; measure it with `ratchet run`");
}

// What the history of this environment knows of the cases. Run files come from anywhere: there the default stands.
SessionSpreads spreads_of(Context& context, const Run& run, const Policy& policy) {
  SessionSpreads spreads;
  if (!run.environment) return spreads;
  db::Store& store = context.store(db::Mode::ReadOnly);
  for (const Measurement& measured : run.measurements) {
    const std::vector<Session> sessions = store.sessions(measured.facts.id, *run.environment, kNewestSessions);
    spreads[measured.facts.id] = session_spread(sessions, policy.session_sd);
  }
  return spreads;
}

int compare_runs(Context& context, const std::string& base, const std::string& candidate, const Policy& policy) {
  const Run baseline_run = find_run(context, base);
  const Run candidate_run = find_run(context, candidate);
  SessionSpreads spreads;
  if (!is_file(base) && !is_file(candidate)) spreads = spreads_of(context, baseline_run, policy);
  std::optional<std::string> unfit = degraded(baseline_run.telemetry, kind_of(baseline_run.environment));
  if (!unfit) unfit = degraded(candidate_run.telemetry, kind_of(candidate_run.environment));
  if (!unfit) unfit = machine_changed(baseline_run.telemetry, candidate_run.telemetry, policy);
  return conclude_and_print(context, conclude(judge_stored(baseline_run, candidate_run, policy, spreads), policy,
                                              {Purpose::Compare, 0, unfit, std::nullopt}));
}

int compare_duet(Context& context, const std::string& file, const Policy& policy) {
  const Duet duet = documents::read_duet(documents::read_file(file), file);
  return conclude_and_print(context, conclude(judge_duet(duet, policy), policy,
                                              {Purpose::Compare, measured_seconds(duet),
                                               degraded(duet.telemetry, kind_of(duet.environment)), std::nullopt}));
}

}  // namespace

void declare_compare(po::options_description& options) {
  options.add_options()("duet", po::value<std::string>()->value_name("FILE"),
                        "judge a ratchet.duet/1 document (plain or gzip)");
  declare_policy(options);
}

int compare(Context& context, const po::variables_map& values) {
  const Policy policy = policy_from(context, values);
  const std::string base = text_of(values, "base");
  const std::string candidate = text_of(values, "candidate");
  const std::string duet = text_of(values, "duet");
  if (!duet.empty()) {
    if (!base.empty()) throw Error("compare takes two runs or --duet FILE, not both");
    return compare_duet(context, duet, policy);
  }
  if (candidate.empty()) throw Error("compare needs two runs (commit, run or file), or --duet FILE");
  return compare_runs(context, base, candidate, policy);
}

}  // namespace ratchet::cli
