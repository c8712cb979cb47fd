#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ostream>

#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "src/cli/candidate_build.h"
#include "src/cli/commands.h"
#include "src/cli/feedback.h"
#include "src/cli/gating.h"
#include "src/cli/handoff.h"
#include "src/cli/judging.h"
#include "src/cli/measuring.h"
#include "src/cli/recording.h"
#include "src/documents/verdict_document.h"
#include "src/executor/base_build.h"
#include "src/executor/interrupt.h"
#include "src/github/api.h"
#include "src/github/event.h"
#include "src/github/workflow.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

using github::Event;
using github::EventKind;
using github::Job;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A stranger's code on a machine that others use again can leave something behind for them.
void refuse_fork(const Job& job, const Event& event, bool allowed) {
  if (!event.fork || event.kind != EventKind::PullRequest || job.hosted || allowed) return;
  throw Error(
      "this pull request comes from another repository, and this runner is not a fresh machine: its code is not run "
      "here. Measure it on an ephemeral runner and hand the results over (.github/README.md), or, where each such job "
      "waits for a reviewer, say --allow-fork");
}

// What is in the work tree must be what the event is about: of a branch's own tip the first parent is no base at all.
void require_checkout(const Job& job, const Event& event, const Commit& candidate) {
  if (candidate.sha != job.sha)
    throw Error("the work tree is at " + candidate.sha.substr(0, 12) + ", but this job is about GITHUB_SHA " +
                job.sha.substr(0, 12) + "; give actions/checkout no \"ref\"");
  if (candidate.dirty)
    throw Error(
        "the work tree has changes, so what would be measured is not the commit that this job is about; let .gitignore "
        "name what earlier steps leave");
  if (event.kind != EventKind::PullRequest) {
    if (candidate.sha != event.head_sha)
      throw Error("the event is of another commit than GITHUB_SHA; run the job again");
    return;
  }
  if (candidate.parents.size() == 2 && candidate.parents[1] == event.head_sha) return;
  throw Error(
      "the work tree is not the merge of this pull request's " + event.head_sha.substr(0, 12) +
      " into its base, with which it is to be compared; let actions/checkout check out its default, and run the job "
      "again if the branch has moved");
}

// The commit that the candidate is compared with.
Commit base_of(Context& context, const Event& event, const Commit& candidate) {
  if (event.kind == EventKind::PullRequest) return repository::resolve(context.root(), candidate.sha + "^1");
  const Commit base = repository::resolve(context.root(), event.base_sha);
  if (base.sha == candidate.sha || !repository::is_before(context.root(), base.sha, candidate.sha))
    throw Error("the merge group's base is not before its head; run the job again");
  return base;
}

// --db or RATCHET_DB may be a folder, for runners that serve several repositories.
void choose_database(Context& context, const Job& job) {
  const std::filesystem::path named = context.database();
  if (std::filesystem::is_directory(named)) context.use_database(named / job.repository / "ratchet.db");
}

bool is_inside(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const auto whole = std::filesystem::weakly_canonical(std::filesystem::absolute(file));
  const auto relative = whole.lexically_relative(std::filesystem::canonical(folder));
  return !relative.empty() && *relative.begin() != "..";
}

// The next checkout cleans the work folder: a gate that forgets has no baseline, and each first one passes.
void require_lasting_database(Context& context) {
  if (is_inside(context.root(), context.database()))
    throw Error(
        "the database " + context.database().string() +
        " is in the work folder, which the next checkout cleans; set RATCHET_DB to a folder outside of it, such "
        "as /var/lib/ratchet (scripts/runner_setup.sh makes one)");
}

// A run that tells of every case what a new one would.
bool is_complete(const Run& run, const Suite& suite, std::size_t launches) {
  if (degraded(run.telemetry, kind_of(run.environment))) return false;
  const auto measured = [&](const CaseFacts& facts) {
    return std::any_of(run.measurements.begin(), run.measurements.end(), [&](const Measurement& of) {
      return of.facts.id == facts.id && of.facts.definition == facts.definition && of.facts.l2 == facts.l2 &&
             is_sound(of) && of.launches.size() >= launches;
    });
  };
  return std::all_of(suite.modules.begin(), suite.modules.end(), [&](const SuiteModule& module) {
    return std::all_of(module.cases.begin(), module.cases.end(), measured);
  });
}

// A runner that lost its GPU must not turn green by measuring its CPU instead, also where no baseline remembers a GPU.
void require_device(Context& context, const po::variables_map& values, const Suite& suite) {
  if (suite.environment.device.kind == "cuda" || text_of(values, "device") != "auto") return;
  for (const std::string& module : context.config().modules) {
    const std::filesystem::path file = context.config().root / module;
    if (std::filesystem::is_regular_file(file) && context.bench().describe(file).device == "cuda")
      throw Error(module + " is for a GPU, and none is usable here; repair it (`ratchet doctor`), or say --device cpu");
  }
  for (const repository::CommandSuite& command : context.config().commands) {
    if (command.device == "cuda")
      throw Error("the command suite " + command.name +
                  " is for a GPU, and none is usable here; repair it (`ratchet doctor`), or say --device cpu");
  }
}

void note_facts(const Suite& suite, const Commit& candidate, Feedback& feedback) {
  feedback.device = suite.environment.device.name;
  feedback.candidate = candidate.sha;
  for (const SuiteModule& module : suite.modules) {
    for (const CaseFacts& facts : module.cases) feedback.sources[facts.id] = facts.source;
  }
}

// The point of this tree in the history, which main needs not measure again. Beside the verdict: it never fails it.
void record_run(Context& context, const Suite& suite, const CheckRequest& request) {
  try {
    db::Recording recording;
    recording.run = measure_suite(context, suite, static_cast<std::size_t>(context.config().run_launches),
                                  request.settings, request.candidate);
    recording.summaries = summaries_of(*recording.run);
    context.store(db::Mode::ReadWrite).record(recording);
  } catch (const executor::Interrupted&) {
    throw;
  } catch (const Error& fault) {
    context.log().warn("the run of this commit is not recorded: {}", fault.what());
  }
}

bool lacks_any(const std::map<std::string, Standing>& standings, const Suite& suite) {
  return std::any_of(suite.modules.begin(), suite.modules.end(), [&](const SuiteModule& module) {
    return std::any_of(module.cases.begin(), module.cases.end(),
                       [&](const CaseFacts& facts) { return !standings.contains(facts.id); });
  });
}

// The base built as its own ratchet.json says: that of the change could slow both sides down alike. Nothing where the
// base has nothing to build.
std::map<std::string, Standing> standings_built(Context& context, const Suite& suite, const Commit& base) {
  const repository::Config& ours = context.config();
  const auto file = std::filesystem::relative(ours.root, context.root()) / repository::kConfigName;
  const auto text = repository::file_at(context.root(), base.sha, file.lexically_normal().generic_string());
  const repository::Config config =
      text ? repository::parse_config(*text, "ratchet.json at " + base.sha.substr(0, 12), ours.root) : ours;
  if (!executor::can_build(config)) return {};
  return standings_of_revision(context, suite, config, base.sha);
}

// Main may not have recorded a case yet, or its job failed: what the base has is not new.
std::map<std::string, Standing> standings_of_base(Context& context, const Suite& suite, const Commit& base,
                                                  Feedback& feedback) {
  std::map<std::string, Standing> standings = standings_at(context, suite, base);
  if (!lacks_any(standings, suite)) return standings;
  const std::size_t recorded = standings.size();
  standings.merge(standings_built(context, suite, base));
  if (standings.size() > recorded)
    feedback.note = "Where no baseline of this device is recorded at the base, it was built and measured beside.";
  return standings;
}

void check_branch(Context& context, const Event& event, const Suite& suite, CheckRequest request, Feedback& feedback,
                  const std::vector<std::string>& globs) {
  const Commit base = base_of(context, event, request.candidate);
  request.standings = standings_of_base(context, suite, base, feedback);
  keep_matching(request.standings, globs);
  feedback.base = base.sha;
  Checked checked = check_beside(context, suite, request);
  // What a stranger's code made of its own measurement must not become history.
  if (event.fork) {
    checked.verdict.uuid.clear();
    feedback.note = "A fork's results are shown and not recorded.";
  } else {
    remember(context, checked, request.candidate, suite.environment);
  }
  feedback.verdict = std::move(checked.verdict);
  feedback.duets = std::move(checked.duets);
  if (!event.fork) record_run(context, suite, request);
}

void record_branch(Context& context, const Event& event, const Suite& suite, CheckRequest request, Feedback& feedback,
                   const std::vector<std::string>& globs) {
  if (event.branch != event.default_branch)
    throw Error(
        "this is a push to a branch other than the default one: baselines are recorded of the default branch "
        "only; limit `on: push: branches:` to it");
  require_clean(request.candidate);
  require_lasting_database(context);
  request.standings = standings_of_database(context, suite);
  keep_matching(request.standings, globs);
  auto known =
      context.store(db::Mode::ReadWrite).run_of_tree(request.candidate.tree, db::fingerprint(suite.environment));
  if (known && !is_complete(*known, suite, static_cast<std::size_t>(context.config().run_launches))) known.reset();
  if (known) feedback.note = "The run was measured before this tree was merged.";
  Checked checked = record_commit(context, suite, request, known);
  feedback.verdict = std::move(checked.verdict);
  feedback.duets = std::move(checked.duets);
}

void gate(Context& context, const po::variables_map& values, const Job& job, const Voice& voice, Feedback& feedback) {
  const Event event = github::read_event(job);
  feedback.event = event;
  if (event.kind == EventKind::WorkflowRun) return take_over(context, values, job, voice, feedback);
  refuse_fork(job, event, is_set(values, "allow-fork"));
  choose_database(context, job);
  CheckRequest request;
  request.candidate = repository::head(context.root());  // before the build, which may leave files
  feedback.candidate = request.candidate.sha;
  if (event.kind == EventKind::PullRequest) (void)repository::resolve(context.root(), "HEAD^1");  // says fetch-depth
  require_checkout(job, event, request.candidate);
  request.policy = policy_from(context, values);
  request.settings = settings_from(context, values);
  build_candidate(context);
  const Suite suite = load_suite(context, values);
  require_device(context, values, suite);
  note_facts(suite, request.candidate, feedback);
  const auto act = event.kind == EventKind::Push ? record_branch : check_branch;
  act(context, event, suite, std::move(request), feedback, texts_of(values, "case"));
}

// In the audit: a check that was begun and not finished. Whoever holds the database's lock does not hold us up.
void record_aborted(Context& context, const Feedback& feedback) {
  constexpr std::chrono::seconds kPatience{2};
  if (!std::filesystem::exists(context.database())) return;
  db::Recording recording;
  recording.verdict.emplace();
  recording.verdict->uuid = feedback.verdict.uuid;
  recording.verdict->made_at = context.now();
  recording.verdict->outcome = to_string(feedback.verdict.outcome);
  recording.verdict->exit_code = exit_code(feedback.verdict.outcome);
  recording.verdict->document = documents::write(feedback.verdict);
  db::Store(context.database(), db::Mode::ReadWrite, kPatience).record(recording);
}

void give_up(Context& context, const Job& job, Feedback& feedback, const char* why) {
  feedback.verdict = {};
  feedback.verdict.uuid = context.new_uuid();
  feedback.verdict.reasons = {std::string("aborted: ") + why};
  feedback.aborted = true;
  try {
    record_aborted(context, feedback);
  } catch (const Error& fault) {
    context.log().warn("the abort is not recorded: {}", fault.what());
  }
  tell_job(context, job, feedback);
  context.streams().err << "ratchet: " << why << "; this check has no verdict\n";
}

// Whether another job speaks for this one: a fork's may not.
bool leave_bundle(Context& context, const po::variables_map& values, const Job& job, Feedback& feedback) {
  const std::string folder = text_of(values, "bundle");
  if (folder.empty() || !feedback.event || feedback.event->kind == EventKind::WorkflowRun) return false;
  best_effort(context, feedback, "nothing is handed over", [&] { hand_over(folder, job, feedback); });
  return feedback.event->fork;
}

}  // namespace

void declare_ci(po::options_description& options) {
  options.add_options()("allow-fork", po::bool_switch(),
                        "run a fork's code on this runner although others use it again")(
      "bundle", po::value<std::string>()->value_name("FOLDER"),
      "where to leave what was measured; on workflow_run, what to judge")(
      "check-run", po::bool_switch(), "also report a check run on the pull request's head; needs checks: write")(
      "name", po::value<std::string>()->value_name("NAME")->default_value("ratchet"),
      "of the comment and of the check run: one for each device that is gated");
  declare_suite(options);
  declare_policy(options);
}

int ci(Context& context, const po::variables_map& values) {
  Voice voice{take_token(), text_of(values, "name"), is_set(values, "check-run")};
  if (!github::is_name(voice.name)) throw Error("--name takes letters, digits, spaces and ._/()-, without \"--\"");
  const Job job = github::read_job(variable);
  Feedback feedback;
  {
    const github::CommandsStopped quiet(context.streams().err, context.new_uuid());
    try {
      gate(context, values, job, voice, feedback);
    } catch (const executor::Interrupted& interrupted) {
      give_up(context, job, feedback, interrupted.what());
      return 128 + interrupted.signal();
    } catch (const std::exception& fault) {
      if (const int signal = executor::interrupt_signal(); signal != 0) {  // it may have been the cause
        give_up(context, job, feedback, executor::Interrupted(signal).what());
        return 128 + signal;
      }
      feedback.verdict = {};
      feedback.verdict.outcome = Outcome::Fault;
      feedback.verdict.reasons = {fault.what()};
      context.streams().err << "ratchet: error: " << github::disarm(fault.what()) << "\n";
    }
    print_result(context, feedback);
    tell_job(context, job, feedback);
    try {
      if (!leave_bundle(context, values, job, feedback)) tell_github(context, job, voice, feedback);
    } catch (const executor::Interrupted& interrupted) {
      context.streams().err << "ratchet: " << interrupted.what()
                            << "; the verdict stands, and GitHub may not show it\n";
      return 128 + interrupted.signal();
    }
  }
  annotate(context, feedback);
  return exit_code(feedback.verdict.outcome);
}

}  // namespace ratchet::cli
