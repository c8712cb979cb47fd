#include "src/cli/handoff.h"

#include <charconv>
#include <map>
#include <set>

#include "ratchet/duet.h"
#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "ratchet/gate.h"
#include "src/cli/judging.h"
#include "src/github/api.h"
#include "src/github/bundle.h"
#include "src/report/check_markdown.h"
#include "src/repository/accept_file.h"

namespace ratchet::cli {
namespace {

// What the bundle says about itself must be what GitHub says about the run that made it.
void require_same_run(const github::Job& job, const github::Event& event, const github::Bundle& bundle) {
  if (event.run_event != "pull_request")
    throw Error(
        "the workflow run was started by another event than pull_request; let the job have `if: "
        "github.event.workflow_run.event == 'pull_request'`");
  if (bundle.repository != job.repository || bundle.event != event.run_event || bundle.run_id != event.run_id ||
      bundle.head_sha != event.head_sha || bundle.number == 0)
    throw Error("the bundle is not of the workflow run that handed it over: it is not judged");
}

void require_head(github::Api& api, const github::Event& event, const github::Bundle& bundle) {
  const github::Api::PullRequest pull = api.pull_request(bundle.number);
  const bool same = pull.head_sha == event.head_sha && pull.from == event.from && pull.from_branch == event.from_branch;
  if (!same)
    throw Error("the measured commit " + event.head_sha.substr(0, 12) + " is not the head of pull request " +
                std::to_string(bundle.number) + ": it has moved on, or the bundle names another one");
}

// A verdict that rests on rounds is made here; the other words are taken over, since no rounds could prove them.
bool is_settled(Verdict verdict) {
  switch (verdict) {
    case Verdict::Identical:
    case Verdict::New:
    case Verdict::NoBaseline:
    case Verdict::Missing:
    case Verdict::Invalid:
      return true;
    default:
      return false;
  }
}

// Whoever measured may say whatever it likes, but not at any length.
std::vector<std::string> in_brief(const std::vector<std::string>& reasons) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> brief;
  for (const std::string& reason : reasons) {
    if (brief.size() < kMost) brief.push_back(report::shortened(reason));
  }
  return brief;
}

// What was accepted there is ruled on here again; without rounds it can only have been missing.
CaseVerdict taken_over(const CaseVerdict& claimed) {
  CaseVerdict verdict;
  verdict.id = claimed.id;
  verdict.verdict = claimed.verdict == Verdict::Accepted ? Verdict::Missing : claimed.verdict;
  verdict.method = claimed.verdict == Verdict::Identical ? Method::Identical : Method::None;
  if (claimed.verdict != Verdict::Accepted) verdict.reasons = in_brief(claimed.reasons);
  verdict.decided = true;
  return verdict;
}

std::vector<CaseVerdict> judge(const github::Bundle& bundle, const Policy& policy) {
  std::vector<CaseVerdict> cases = judge_duets(bundle.duets, policy, {});
  std::set<std::string> known;
  for (const CaseVerdict& verdict : cases) {
    if (!known.insert(verdict.id).second) throw Error("the bundle holds a case twice: it is not judged");
  }
  for (const CaseVerdict& claimed : bundle.verdict.cases) {
    if (known.contains(claimed.id)) continue;
    cases.push_back(taken_over(claimed));
    if (!is_settled(cases.back().verdict) || !known.insert(claimed.id).second)
      throw Error("the bundle claims a verdict without the rounds that would show it: it is not judged");
  }
  return cases;
}

// By the acceptances that GitHub has at the pull request's head and at the baselines that the rounds name.
void rule_by_github(Context& context, github::Api& api, const std::string& head_sha, const github::Bundle& bundle,
                    std::vector<CaseVerdict>& cases) {
  const std::string name(repository::kAcceptName);
  std::map<std::string, std::vector<repository::Acceptance>> read;
  const auto at = [&](const std::string& sha) {
    const auto [there, fresh] = read.try_emplace(sha);
    if (!fresh) return there->second;
    if (const auto text = api.file(name, sha)) there->second = repository::parse_accept_file(*text, name);
    return there->second;
  };
  BaselineCommits baselines;
  for (const Duet& duet : bundle.duets) {
    const std::string& sha = duet.baseline.commit.sha;
    if (sha.size() != 40 || sha.find_first_not_of("0123456789abcdef") != std::string::npos)
      throw Error("the bundle does not name the commits of its baselines: it is not judged");
    for (const DuetCase& one : duet.cases) baselines[one.facts.id] = sha;
  }
  rule(at(head_sha), context.now().substr(0, 10), baselines, at, cases);
}

void note_sources(const github::Bundle& bundle, Feedback& feedback) {
  for (const Duet& duet : bundle.duets) {
    if (duet.environment) feedback.device = duet.environment->device.name;
    for (const DuetCase& one : duet.cases) feedback.sources[one.facts.id] = one.facts.source;
  }
}

}  // namespace

void hand_over(const std::filesystem::path& folder, const github::Job& job, const Feedback& feedback) {
  github::Bundle bundle;
  bundle.repository = job.repository;
  bundle.event = job.event_name;
  bundle.number = feedback.event->number;
  bundle.head_sha = feedback.event->head_sha;
  std::from_chars(job.run_id.data(), job.run_id.data() + job.run_id.size(), bundle.run_id);
  bundle.verdict = feedback.verdict;
  bundle.duets = feedback.duets;
  github::write_bundle(folder, bundle);
}

void take_over(Context& context, const po::variables_map& values, const github::Job& job, const Voice& voice,
               Feedback& feedback) {
  github::Event& event = *feedback.event;
  const std::string folder = text_of(values, "bundle");
  if (folder.empty()) throw Error("on workflow_run there is something to judge only with --bundle FOLDER");
  const github::Bundle bundle = github::read_bundle(folder);
  require_same_run(job, event, bundle);
  const auto http = voice.token.empty() ? nullptr : github::make_http(voice.token);
  if (!http) throw Error("judging a bundle needs GITHUB_TOKEN and a ratchet that was built with libcurl");
  github::Api api(*http, job.api_url, job.repository, github::steady_clock());
  require_head(api, event, bundle);
  event.number = bundle.number;  // true from here on
  note_sources(bundle, feedback);
  feedback.candidate = event.head_sha;
  feedback.note = "Measured by a job without rights and judged here; its code could have said anything.";

  const Policy policy = policy_from(context, values);
  std::vector<CaseVerdict> cases = judge(bundle, policy);
  rule_by_github(context, api, event.head_sha, bundle, cases);
  std::optional<std::string> why_unfit;
  double seconds = 0;
  for (const Duet& duet : bundle.duets) {
    if (!why_unfit) why_unfit = degraded(duet.telemetry, kind_of(duet.environment));
    seconds += measured_seconds(duet);
  }
  feedback.verdict = conclude(std::move(cases), policy, {Purpose::Check, seconds, why_unfit});
  if (!bundle.verdict.cases.empty()) return;
  for (const std::string& reason : in_brief(bundle.verdict.reasons))
    feedback.verdict.reasons.push_back("the job that measured says: " + reason);
}

}  // namespace ratchet::cli
