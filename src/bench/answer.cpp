#include "src/bench/answer.h"

#include <charconv>

#include "ratchet/error.h"
#include "src/bench/report.h"

namespace ratchet::bench {

namespace {

// Names the sender in messages.
constexpr const char* kWorker = "the measuring process";

void require_asked(const std::vector<std::string>& answered, const std::vector<std::string>& asked) {
  if (answered != asked) throw Error(std::string(kWorker) + " answered for other cases than it was asked for");
}

void require_environment(const std::optional<Environment>& environment) {
  if (!environment) throw Error(std::string(kWorker) + " does not name its device");
}

}  // namespace

Duet answer_of(std::string_view text, bool duet, const std::vector<std::string>& asked) {
  Duet answer;
  if (duet) {
    answer = documents::read_duet(text, kWorker);
  } else {
    Run run = documents::read_run(text, kWorker);
    answer.environment = std::move(run.environment);
    answer.telemetry = std::move(run.telemetry);
    for (Measurement& one : run.measurements) answer.cases.push_back(as_duet_case(std::move(one)));
  }
  require_environment(answer.environment);
  std::vector<std::string> answered;
  for (const DuetCase& one : answer.cases) answered.push_back(one.facts.id);
  require_asked(answered, asked);
  return answer;
}

documents::CallComparison comparison_of(std::string_view text, const std::string& asked) {
  documents::CallComparisons calls = documents::read_call_comparisons(text, kWorker);
  std::vector<std::string> answered;
  for (const documents::CallComparison& one : calls.cases) answered.push_back(one.id);
  require_asked(answered, {asked});
  return std::move(calls.cases.front());
}

documents::ModuleDescription module_of(std::string_view text) {
  documents::ModuleDescription module = documents::read_module(text, kWorker);
  require_environment(module.environment);
  return module;
}

std::optional<std::size_t> entrants_of(std::string_view text, std::size_t most) {
  std::size_t entrants = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), entrants);
  if (error != std::errc() || end != text.data() + text.size() || entrants == 0 || entrants > most)
    return std::nullopt;
  return entrants;
}

}  // namespace ratchet::bench
