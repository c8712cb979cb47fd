#include "src/cli/feedback.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <ostream>

#include "ratchet/error.h"
#include "src/documents/verdict_document.h"
#include "src/executor/interrupt.h"
#include "src/executor/process.h"
#include "src/github/api.h"
#include "src/github/workflow.h"
#include "src/report/check_markdown.h"
#include "src/report/check_report.h"
#include "src/report/units.h"

namespace ratchet::cli {
namespace {

using github::Annotation;
using github::Level;

std::size_t count_of(const CheckVerdict& check, Verdict word) {
  return static_cast<std::size_t>(
      std::count_if(check.cases.begin(), check.cases.end(), [&](const CaseVerdict& of) { return of.verdict == word; }));
}

std::string word_of(const Feedback& feedback) {
  return feedback.aborted ? "aborted" : to_string(feedback.verdict.outcome);
}

void write_outputs(const github::Job& job, const Feedback& feedback) {
  if (job.outputs.empty()) return;
  const CheckVerdict& check = feedback.verdict;
  github::append_outputs(job.outputs, {{"outcome", word_of(feedback)},
                                       {"exit-code", feedback.aborted ? "" : std::to_string(exit_code(check.outcome))},
                                       {"verdict", check.uuid},
                                       {"expected", std::to_string(check.expected)},
                                       {"judged", std::to_string(check.judged)},
                                       {"regressed", std::to_string(count_of(check, Verdict::Regressed))},
                                       {"improved", std::to_string(count_of(check, Verdict::Improved))}});
}

report::MarkdownFrame frame_of(const Feedback& feedback) {
  const bool known = feedback.event && !feedback.event->head_sha.empty();
  return {feedback.device, known ? feedback.event->head_sha : feedback.candidate, feedback.base, feedback.note, ""};
}

void write_summary(const github::Job& job, const Feedback& feedback) {
  if (job.summary.empty()) return;
  constexpr std::size_t kLeast = 16384;  // a head and the worst rows
  const std::size_t room = github::room_in_summary(job.summary);
  if (room < kLeast) throw Error("earlier commands of this step have filled it");
  github::append_summary(job.summary, report::check_markdown(feedback.verdict, frame_of(feedback), room));
}

// "file:line" of a module's author, as a path in the repository; "" when it is elsewhere.
std::pair<std::string, std::uint64_t> place_of(const std::filesystem::path& root, const std::string& source) {
  const std::size_t colon = source.rfind(':');
  if (colon == std::string::npos) return {"", 0};
  std::uint64_t line = 0;
  std::from_chars(source.data() + colon + 1, source.data() + source.size(), line);
  std::filesystem::path file = std::filesystem::path(source.substr(0, colon)).lexically_normal();
  if (file.is_absolute()) file = file.lexically_relative(root);
  const bool inside = !file.empty() && file.is_relative() && *file.begin() != "..";
  return inside && std::filesystem::exists(root / file) ? std::pair(file.string(), line)
                                                        : std::pair(std::string(), std::uint64_t{0});
}

std::optional<Level> level_of(const CaseVerdict& verdict, bool strict) {
  switch (verdict.verdict) {
    case Verdict::Regressed:
    case Verdict::Invalid:
    case Verdict::Missing:
    case Verdict::NoBaseline:
      return Level::Error;
    case Verdict::Inconclusive:
      return strict ? Level::Error : Level::Warning;
    default:
      return std::nullopt;
  }
}

std::string message_of(const CaseVerdict& verdict) {
  std::string text = fmt::format("{}: {}", verdict.id, to_string(verdict.verdict));
  if (verdict.change) text += fmt::format(" {}", report::percent(*verdict.change));
  if (verdict.change_ci) text += fmt::format(" {}", report::interval(*verdict.change_ci));
  if (verdict.change) text += fmt::format(", tolerance {}", report::probability(verdict.tolerance));
  for (const std::string& reason : verdict.reasons) text += fmt::format("; {}", reason);
  return report::shortened(text);
}

std::string source_of(const Feedback& feedback, const std::string& id) {
  const auto source = feedback.sources.find(id);
  return source == feedback.sources.end() ? "" : source->second;
}

std::vector<Annotation> annotations_of(Context& context, const Feedback& feedback) {
  const CheckVerdict& check = feedback.verdict;
  std::vector<Annotation> list;
  if (check.cases.empty()) {
    for (const std::string& reason : check.reasons) {
      if (list.size() < github::kMaxAnnotations) list.push_back({Level::Error, "", 0, "ratchet", reason});
    }
  }
  for (const CaseVerdict* verdict : report::worst_first(check)) {
    const auto level = level_of(*verdict, check.policy.strict);
    if (!level || list.size() == github::kMaxAnnotations) continue;
    const auto [file, line] = place_of(context.root(), source_of(feedback, verdict->id));
    list.push_back({*level, file, line, "ratchet: " + to_string(verdict->verdict), message_of(*verdict)});
  }
  for (const std::string& warning : feedback.warnings) {
    if (list.size() < github::kMaxAnnotations) list.push_back({Level::Warning, "", 0, "ratchet", warning});
  }
  return list;
}

// An existing comment is always brought up to date: of an earlier push, it would be a lie.
void comment(github::Api& api, const github::Job& job, const Voice& voice, const Feedback& feedback) {
  CheckVerdict check = feedback.verdict;
  check.uuid.clear();  // what differs from run to run would have every comment sent again
  report::MarkdownFrame frame = frame_of(feedback);
  frame.address = github::checks_address(job, feedback.event->head_sha);
  const std::string text = report::check_markdown(check, frame, github::kMaxCommentBytes);
  (void)api.keep_comment(feedback.event->number, voice.name, text, report::is_news(check));
}

// Neutral and skipped would satisfy a required check.
const char* conclusion_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return "success";
    case Outcome::NoVerdict:
      return "action_required";
    case Outcome::Regressed:
    case Outcome::Fault:
      return "failure";
  }
  return "failure";
}

void report_check(Context& context, github::Api& api, const github::Job& job, const Voice& voice,
                  const Feedback& feedback) {
  const CheckVerdict& check = feedback.verdict;
  github::Api::CheckRun run;
  run.name = voice.name;
  run.head_sha = feedback.event->head_sha;
  run.external_id = job.run_id;
  run.details_url = github::job_address(job);
  run.conclusion = conclusion_of(check.outcome);
  run.title = check.cases.empty() ? to_string(check.outcome) : report::census(check);
  run.summary = report::check_markdown(check, frame_of(feedback), github::kMaxCheckBytes);
  for (const CaseVerdict* verdict : report::worst_first(check)) {
    const auto level = level_of(*verdict, check.policy.strict);
    if (!level) continue;
    const auto [file, line] = place_of(context.root(), source_of(feedback, verdict->id));
    run.notes.push_back({file, line, *level == Level::Error, to_string(verdict->verdict), message_of(*verdict)});
  }
  api.report_check(run);
}

}  // namespace

void best_effort(Context& context, Feedback& feedback, const char* what, const std::function<void()>& act) {
  try {
    act();
  } catch (const executor::Interrupted&) {
    throw;
  } catch (const std::exception& fault) {
    feedback.warnings.push_back(fmt::format("{}: {}", what, fault.what()));
    context.log().warn(github::disarm(feedback.warnings.back()));
  }
}

void print_result(Context& context, const Feedback& feedback) {
  const CheckVerdict& check = feedback.verdict;
  if (!context.json()) {
    const bool judged = !check.cases.empty();  // of a fault the log has told all there is
    context.out() << github::disarm(judged ? report::check_text(check, context.paint())
                                           : fmt::format("{} (exit {})\n", to_string(check.outcome),
                                                         exit_code(check.outcome)));
    return;
  }
  std::string text = documents::write(check);
  constexpr std::string_view kCommand = "##[";  // the runner looks for it anywhere in a line
  for (std::size_t at = text.find(kCommand); at != std::string::npos; at = text.find(kCommand, at))
    text.replace(at, kCommand.size(), "#\\u0023[");
  context.out() << text;
}

void tell_job(Context& context, const github::Job& job, Feedback& feedback) {
  best_effort(context, feedback, "the outputs are not written", [&] { write_outputs(job, feedback); });
  best_effort(context, feedback, "the summary is not written", [&] { write_summary(job, feedback); });
}

void tell_github(Context& context, const github::Job& job, const Voice& voice, Feedback& feedback) {
  if (!feedback.event || (feedback.event->number == 0 && !voice.check_run)) return;
  std::unique_ptr<github::Http> http;
  std::optional<github::Api> api;
  best_effort(context, feedback, "nothing is told to GitHub", [&] {
    if (voice.token.empty()) throw Error("GITHUB_TOKEN is not set; give the step `env: GITHUB_TOKEN`");
    http = github::make_http(voice.token);
    if (!http) throw Error("this ratchet was built without libcurl");
    api.emplace(*http, job.api_url, job.repository, github::steady_clock());
  });
  if (!api) return;
  if (feedback.event->number != 0)
    best_effort(context, feedback, "there is no comment", [&] { comment(*api, job, voice, feedback); });
  if (voice.check_run)
    best_effort(context, feedback, "there is no check run", [&] { report_check(context, *api, job, voice, feedback); });
}

void annotate(Context& context, const Feedback& feedback) {
  try {
    for (const Annotation& annotation : annotations_of(context, feedback))
      context.streams().err << github::command(annotation) << "\n";
  } catch (const std::exception& fault) {
    context.log().warn("there are no annotations: {}", github::disarm(fault.what()));
  }
}

std::string take_token() {
  const char* value = std::getenv("GITHUB_TOKEN");
  std::string token = value == nullptr ? "" : value;
  // The environment that a process was started with stays readable in /proc to all processes of its user, unless it may
  // not be dumped.
  ::prctl(PR_SET_DUMPABLE, 0);
  for (const char* name : executor::kSecrets) ::unsetenv(name);
  return token;
}

}  // namespace ratchet::cli
