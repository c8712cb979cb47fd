#include <spdlog/spdlog.h>

#include "db/sha256.h"
#include "ratchet/gate.h"
#include "src/cli/anchored.h"
#include "src/cli/calibrated.h"
#include "src/cli/check_plan.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/cli/recording.h"
#include "src/executor/base_build.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

// Builds REV and takes its modules, in the order of the configuration, for those of the suite.
std::map<std::string, Standing> standings_of_revision(Context& context, const Suite& suite,
                                                      const std::string& revision) {
  const executor::BaseBuild base = executor::build_base(context.config(), revision, context.database().parent_path());
  context.log().info("baseline {} {}", base.commit.sha, base.cached ? "was built before" : "was built");
  std::map<std::string, Standing> standings;
  for (const SuiteModule& module : suite.modules) {
    const std::filesystem::path& file = base.modules.at(module.index);
    const Standing standing{0, file, db::sha256_of_file(file), base.commit};
    for (const CaseFacts& facts : context.bench().describe(file).cases) standings[facts.id] = standing;
  }
  return standings;
}

}  // namespace

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
  auto standings =
      revision.empty() ? standings_of_database(context, suite) : standings_of_revision(context, suite, revision);
  keep_matching(standings, texts_of(values, "case"));

  const bool measure_identical = is_set(values, "measure-identical");
  CheckPlan plan = plan_check(suite, standings, candidate, settings, measure_identical);
  if (!measure_identical) plan = settle_identical(context, std::move(plan), suite.environment.device, settings);
  const executor::Judged judged = measure_plan(context, suite, plan, policy, settings);
  CheckVerdict verdict = conclude(
      all_verdicts(context, plan, judged), judged.policy,
      {Purpose::Check, measured_seconds(judged), unfit(judged), calibrated_rate(context, suite.environment)});
  if (settings.handicaps.empty()) {
    verdict.uuid = context.new_uuid();
    add_ledgers(context, candidate, suite.environment.device.name, verdict);
    db::Recording recording;
    recording.verdict = verdict_record(context, verdict, judged.duets, candidate, suite.environment);
    context.store(db::Mode::ReadWrite).record(recording);
  } else {
    context.log().info("a slowdown was planted: nothing is recorded");
  }
  return conclude_and_print(context, verdict);
}

}  // namespace ratchet::cli
