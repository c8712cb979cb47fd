#include <spdlog/spdlog.h>

#include "db/sha256.h"
#include "ratchet/gate.h"
#include "src/cli/anchored.h"
#include "src/cli/calibrated.h"
#include "src/cli/check_plan.h"
#include "src/cli/commands.h"
#include "src/cli/gating.h"
#include "src/cli/judging.h"
#include "src/cli/recording.h"
#include "src/executor/base_build.h"
#include "src/repository/git.h"

namespace ratchet::cli {

std::map<std::string, Standing> standings_of_revision(Context& context, const Suite& suite,
                                                      const repository::Config& config, const std::string& revision) {
  const executor::BaseBuild base = executor::build_base(config, revision, context.database().parent_path());
  context.log().info("baseline {} {}", base.commit.sha, base.cached ? "was built before" : "was built");
  std::map<std::string, Standing> standings;
  for (const std::filesystem::path& file : base.modules) {
    if (!std::filesystem::is_regular_file(file)) continue;
    const documents::ModuleDescription described = context.bench().describe(file);
    if (described.device != suite.environment.device.kind) continue;
    const Standing standing{0, file, db::sha256_of_file(file), base.commit};
    for (const CaseFacts& facts : described.cases) standings[facts.id] = standing;
  }
  return standings;
}

Checked check_beside(Context& context, const Suite& suite, const CheckRequest& request) {
  CheckPlan plan = plan_check(suite, request.standings, request.candidate, request.settings, request.measure_identical);
  if (!request.measure_identical)
    plan = settle_identical(context, std::move(plan), suite.environment.device, request.settings);
  executor::Judged judged = measure_plan(context, suite, plan, request.policy, request.settings);
  Checked checked;
  checked.verdict =
      conclude(all_verdicts(context, plan, judged, request.candidate, request.standings), judged.policy,
               {Purpose::Check, measured_seconds(judged), unfit(judged), calibrated_rate(context, suite.environment)});
  checked.duets = std::move(judged.duets);
  if (!request.settings.handicaps.empty()) return checked;
  checked.verdict.uuid = context.new_uuid();
  add_ledgers(context, request.candidate, suite.environment.device.name, checked.verdict);
  return checked;
}

void remember(Context& context, const Checked& checked, const Commit& candidate, const Environment& environment) {
  db::Recording recording;
  recording.verdict = verdict_record(context, checked.verdict, checked.duets, candidate, environment);
  context.store(db::Mode::ReadWrite).record(recording);
}

void declare_check(po::options_description& options) {
  options.add_options()("base", po::value<std::string>()->value_name("REV"),
                        "build and measure this revision as the baseline instead of the recorded one")(
      "handicap", po::value<std::vector<std::string>>()->value_name("GLOB=PERCENT"),
      "plant a slowdown in the candidate, to see the gate fail; nothing is recorded (repeatable)")(
      "measure-identical", po::bool_switch(), "measure also what is the same machine code");
  declare_suite(options);
  declare_policy(options);
}

int check(Context& context, const po::variables_map& values) {
  const Policy policy = policy_from(context, values);
  const executor::Settings settings = settings_from(context, values);
  const Suite suite = load_suite(context, values);
  const Commit candidate = repository::head(context.root());
  const std::string revision = text_of(values, "base");
  auto standings = revision.empty() ? standings_of_database(context, suite)
                                    : standings_of_revision(context, suite, context.config(), revision);
  keep_matching(standings, texts_of(values, "case"));

  const Checked checked = check_beside(
      context, suite, {std::move(standings), candidate, policy, settings, is_set(values, "measure-identical")});
  if (settings.handicaps.empty()) {
    remember(context, checked, candidate, suite.environment);
  } else {
    context.log().info("a slowdown was planted: nothing is recorded");
  }
  return conclude_and_print(context, checked.verdict);
}

}  // namespace ratchet::cli
