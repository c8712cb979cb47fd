#include "src/cli/judging.h"

#include <fmt/format.h>

#include <ostream>

#include "ratchet/error.h"
#include "ratchet/gate.h"
#include "src/documents/verdict_document.h"
#include "src/report/check_report.h"
#include "src/report/units.h"
#include "src/repository/accept_file.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

Ruling ruling_of(const repository::AcceptMatch& match, const CaseVerdict& verdict) {
  const repository::Acceptance& entry = *match.acceptance;
  if (match.status == repository::AcceptStatus::Expired) return {false, "its acceptance expired on " + entry.until};
  if (entry.max_change_percent && verdict.change && 100 * *verdict.change > *entry.max_change_percent)
    return {false, fmt::format("accepted only up to {:g} %", *entry.max_change_percent)};
  return {true, entry.reason + " (" + entry.author + ")"};
}

std::vector<repository::Acceptance> acceptances_at(Context& context, const std::string& sha) {
  const std::string name(repository::kAcceptName);
  const auto text = repository::file_at(context.root(), sha, name);
  if (!text) return {};
  return repository::parse_accept_file(*text, name + " at " + sha.substr(0, 12));
}

std::vector<repository::Acceptance> acceptances_of(Context& context, const Commit& candidate) {
  if (candidate.dirty || candidate.sha.empty())
    return repository::read_accept_file(context.root() / repository::kAcceptName);
  return acceptances_at(context, candidate.sha);
}

Ruling ruling_on(const CaseVerdict& verdict, const std::vector<repository::Acceptance>& accepted,
                 const std::string& today, const BaselineCommits& baselines, const AcceptancesAt& at) {
  const auto baseline = baselines.find(verdict.id);
  if (baseline == baselines.end()) return ruling_of(repository::match(accepted, verdict.id, today), verdict);
  const auto spent = at(baseline->second);
  if (!spent)
    return {false, "nobody can tell whether its acceptance is spent: the baseline's commit " +
                       baseline->second.substr(0, 12) + " is not here; `git fetch` it"};
  const auto match = repository::match(repository::unspent(accepted, *spent), verdict.id, today);
  if (match.status == repository::AcceptStatus::None)
    return {false, "its acceptance is spent: the baseline's commit " + baseline->second.substr(0, 12) +
                       " has it already, and what it let through; accept this slowdown anew"};
  return ruling_of(match, verdict);
}

}  // namespace

void declare_policy(po::options_description& options) {
  options.add_options()("tolerance", po::value<double>()->value_name("PERCENT"),
                        "slowdown that is a regression, for all cases")("strict", po::bool_switch(),
                                                                        "an inconclusive case is no pass (exit 3)");
}

Policy policy_from(Context& context, const po::variables_map& values) {
  Policy policy;
  if (context.has_config()) {
    const repository::Config& config = context.config();
    policy.tolerance = config.tolerance;
    policy.alpha = config.alpha;
    policy.beta = config.beta;
    policy.min_launches = static_cast<std::size_t>(config.min_launches);
    policy.max_launches = static_cast<std::size_t>(config.max_launches);
  }
  if (values.count("tolerance") > 0) {
    const double percent = values["tolerance"].as<double>();
    if (!(percent > 0 && percent < 1000)) throw Error("--tolerance takes a percentage above 0 and below 1000");
    policy.tolerance.emplace_back("*", percent / 100);
  }
  policy.strict = is_set(values, "strict");
  return policy;
}

void rule(const std::vector<repository::Acceptance>& accepted, const std::string& today,
          const BaselineCommits& baselines, const AcceptancesAt& at, std::vector<CaseVerdict>& verdicts) {
  for (CaseVerdict& verdict : verdicts) {
    if (repository::match(accepted, verdict.id, today).status == repository::AcceptStatus::None) continue;
    apply(ruling_on(verdict, accepted, today, baselines, at), verdict);
  }
}

void apply_acceptances(Context& context, const Commit& candidate, const BaselineCommits& baselines,
                       std::vector<CaseVerdict>& verdicts) {
  const AcceptancesAt at = [&](const std::string& sha) -> std::optional<std::vector<repository::Acceptance>> {
    if (!repository::knows(context.root(), sha)) return std::nullopt;
    return acceptances_at(context, sha);
  };
  rule(acceptances_of(context, candidate), context.now().substr(0, 10), baselines, at, verdicts);
}

Audit audit_of(Context& context, const Commit& candidate, const CaseVerdict& accepted) {
  Audit audit;
  if (!accepted.reasons.empty()) audit.reason = accepted.reasons.front();
  const auto match =
      repository::match(acceptances_of(context, candidate), accepted.id, context.now().substr(0, 10)).acceptance;
  const auto by = match ? repository::introduced(context.root(), candidate.sha, std::string(repository::kAcceptName),
                                                 match->case_pattern)
                        : std::nullopt;
  if (by) audit.reason += "; accepted in commit " + by->sha;
  audit.actor = by ? by->author : context.actor();
  return audit;
}

double measured_seconds(const Duet& duet) {
  double ns = 0;
  for (const DuetCase& measured : duet.cases) {
    const double batch = static_cast<double>(measured.facts.batch);
    for (const DuetLaunch& launch : measured.launches) {
      for (const double sample : launch.baseline_ns) ns += sample * batch;
      for (const double sample : launch.candidate_ns) ns += sample * batch;
    }
  }
  return ns * 1e-9;
}

int conclude_and_print(Context& context, const CheckVerdict& check) {
  context.out() << (context.json() ? documents::write(check) : report::check_text(check, context.paint()));
  return exit_code(check.outcome);
}

}  // namespace ratchet::cli
