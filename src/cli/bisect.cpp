#include "ratchet/bisection.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "db/sha256.h"
#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/gating.h"
#include "src/cli/judging.h"
#include "src/executor/base_build.h"
#include "src/executor/interrupt.h"
#include "src/history/series.h"
#include "src/report/bisect_report.h"
#include "src/report/units.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

struct Search {
  Suite suite;  // of the work tree: its device and which modules there are
  std::string case_id;
  Standing good;  // the anchor that every trial is measured beside
  Policy policy;
  executor::Settings settings;
  double tolerance = 0;
};

Standing anchor_of(Context& context, const Suite& suite, const std::string& case_id, const std::string& revision) {
  const auto standings = revision.empty() ? standings_of_database(context, suite)
                                          : standings_of_revision(context, suite, context.config(), revision);
  const auto at = standings.find(case_id);
  if (at != standings.end()) return at->second;
  throw Error(revision.empty() ? "there is no baseline of " + report::printable(case_id) +
                                     " on this device; name a commit that was fast with --good"
                               : report::printable(revision) + " does not have the case " + report::printable(case_id));
}

// From the anchor to the bad commit, oldest first.
std::vector<report::Tried> commits_between(Context& context, const Commit& good, const std::string& bad) {
  const auto line = repository::first_parent_line(context.root(), bad, history::kLineLimit);
  const auto end = std::find_if(line.begin(), line.end(), [&](const auto& link) { return link.sha == good.sha; });
  if (end == line.end())
    throw Error("the good commit " + good.sha.substr(0, 12) + " is not in the first-parent history of " +
                report::printable(bad) + " that is known here" +
                (repository::is_shallow(context.root()) ? ": this clone is shallow, `git fetch --unshallow`" : ""));
  if (end == line.begin()) throw Error("the good and the bad commit are the same, " + good.sha.substr(0, 12));
  std::vector<report::Tried> commits;
  for (auto link = std::make_reverse_iterator(end + 1); link != line.rend(); ++link) {
    commits.emplace_back();
    commits.back().commit = repository::resolve(context.root(), link->sha);
  }
  commits.front().trial = Trial::Good;
  commits.front().recorded = true;
  return commits;
}

Trial trial_of(const AnchoredChange& measured, double tolerance) {
  switch (measured.verdict) {
    case Verdict::Held:
    case Verdict::Improved:
      return Trial::Good;
    case Verdict::Regressed:
      return Trial::Bad;
    case Verdict::Accepted:  // by a person: it would not have passed
      return measured.change >= tolerance ? Trial::Bad : Trial::Skipped;
    default:
      return Trial::Skipped;
  }
}

// What the store knows of a commit beside the anchor: the newest measurement from a device that was fit.
void take_record(Context& context, const Search& search, report::Tried& one) {
  const auto changes = history::credible_changes(context.store(db::Mode::ReadWrite), search.case_id,
                                                 search.suite.environment.device.name);
  for (const AnchoredChange& measured : changes) {
    if (measured.candidate.dirty || measured.candidate.sha != one.commit.sha ||
        measured.baseline != search.good.commit.sha)
      continue;
    one.trial = trial_of(measured, search.tolerance);
    one.change = measured.change;
    one.why = one.trial == Trial::Skipped ? to_string(measured.verdict) : "";
  }
}

Suite suite_of(Context& context, const Search& search, const executor::BaseBuild& build) {
  Suite suite = search.suite;
  for (SuiteModule& module : suite.modules) {
    module.file = build.modules.at(module.index);
    module.hash = db::sha256_of_file(module.file);
    module.cases = context.bench().describe(module.file).cases;
    std::erase_if(module.cases, [&](const CaseFacts& facts) { return facts.id != search.case_id; });
  }
  return suite;
}

// Builds and measures one commit beside the anchor, and remembers the verdict: a search that is interrupted finds it
// there.
void measure(Context& context, const Search& search, report::Tried& one) {
  one.trial = Trial::Skipped;
  Suite suite;
  try {  // an old commit may lack a module as well as fail to build
    suite = suite_of(context, search,
                     executor::build_base(context.config(), one.commit.sha, context.database().parent_path()));
  } catch (const executor::Interrupted&) {
    throw;
  } catch (const Error& fault) {
    one.why = fault.what();
    context.log().warn("{} is skipped: {}", one.commit.sha.substr(0, 10), fault.what());
    return;
  }
  const Checked checked = check_beside(
      context, suite,
      {{{search.case_id, search.good}}, one.commit, search.policy, search.settings, /*measure_identical=*/false});
  remember(context, checked, one.commit, suite.environment);
  for (const CaseVerdict& verdict : checked.verdict.cases) {
    if (verdict.id != search.case_id) continue;
    one.why = to_string(verdict.verdict) + (verdict.reasons.empty() ? "" : ": " + verdict.reasons.front());
    if (verdict.verdict != Verdict::Identical) continue;
    one.trial = Trial::Good;
    one.why = "identical";
    return;
  }
  take_record(context, search, one);
}

void try_commit(Context& context, const Search& search, report::Tried& one) {
  measure(context, search, one);
  context.log().info("{}: {}", one.commit.sha.substr(0, 10), one.change ? report::percent(*one.change) : one.why);
}

// Recorded readings first: each is a trial that costs nothing. A recorded doubt is measured again.
void take_records(Context& context, const Search& search, std::vector<report::Tried>& commits) {
  for (std::size_t i = 1; i < commits.size(); ++i) {
    take_record(context, search, commits[i]);
    if (commits[i].trial == Trial::Skipped) commits[i] = {commits[i].commit, Trial::Unknown, {}, false, ""};
    commits[i].recorded = commits[i].trial != Trial::Unknown;
  }
}

}  // namespace

void declare_bisect(po::options_description& options) {
  options.add_options()("good", po::value<std::string>()->value_name("REV"),
                        "a commit that was fast; the baseline's without it")(
      "bad", po::value<std::string>()->value_name("REV")->default_value("HEAD"), "a commit that is slow");
  declare_device(options);
  declare_policy(options);
}

int bisect(Context& context, const po::variables_map& values) {
  const std::vector<std::string> named = texts_of(values, "case");
  if (named.size() != 1) throw Error("bisect takes one case id; `ratchet baseline show` lists them");
  Search search;
  search.case_id = named.front();
  search.policy = policy_from(context, values);
  search.settings = settings_from(context, values);
  search.suite = load_suite(context, values);
  search.tolerance = tolerance_of(search.policy, search.case_id, search.suite.environment.device.kind);
  search.good = anchor_of(context, search.suite, search.case_id, text_of(values, "good"));

  report::Bisected bisected{search.case_id, search.suite.environment.device.name, {}, {}};
  std::vector<report::Tried>& commits = bisected.commits;
  commits = commits_between(context, search.good.commit, text_of(values, "bad"));
  take_records(context, search, commits);
  if (commits.back().trial != Trial::Bad) try_commit(context, search, commits.back());
  if (commits.back().trial != Trial::Bad) {
    context.log().warn("{} is not proven slower than {} ({}): there is nothing to search",
                       commits.back().commit.sha.substr(0, 10), search.good.commit.sha.substr(0, 10),
                       commits.back().change ? report::percent(*commits.back().change) : commits.back().why);
    return exit_code(Outcome::NoVerdict);
  }
  const auto known = [&] {
    std::vector<Trial> trials;
    for (const report::Tried& one : commits) trials.push_back(one.trial);
    return ratchet::bisect(trials);
  };
  for (bisected.end = known(); bisected.end.next; bisected.end = known())
    try_commit(context, search, commits[*bisected.end.next]);
  context.out() << (context.json() ? report::bisect_json(bisected) : report::bisect_text(bisected, context.paint()));
  return bisected.end.bad - bisected.end.good == 1 ? 0 : exit_code(Outcome::NoVerdict);
}

}  // namespace ratchet::cli
