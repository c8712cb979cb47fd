#include "src/cli/measuring.h"

#include <algorithm>

#include "src/cli/recording.h"
#include "src/report/progress.h"

namespace ratchet::cli {

Run measure_suite(Context& context, const Suite& suite, std::size_t launches, const executor::Settings& settings,
                  const Commit& commit) {
  const std::string started_at = context.now();
  std::vector<executor::Sitting> sittings;
  for (const SuiteModule& module : suite.modules) {
    executor::Sitting& sitting = sittings.emplace_back();
    sitting.modules = {module.file};
    for (const CaseFacts& facts : module.cases) sitting.groups.push_back({facts.id});
  }
  report::Progress progress(context.streams().err, context.streams().err_is_terminal);
  Run run = executor::measure_run(
      context.bench(), sittings, launches, settings,
      [&](std::size_t launch, std::size_t, std::size_t cases) { progress.launch(launch, launches, 0, cases); });
  sign(context, run, commit, started_at);
  return run;
}

std::size_t failed_cases(const Run& run) {
  return static_cast<std::size_t>(std::count_if(
      run.measurements.begin(), run.measurements.end(),
      [](const Measurement& m) { return !is_unavailable(m.failures) && (!m.failures.empty() || m.launches.empty()); }));
}

bool is_sound(const Measurement& measured) {
  const bool verified = measured.check ? measured.check->verified : is_by_process(measured.facts);
  return measured.failures.empty() && verified && !measured.launches.empty();
}

bool all_unavailable(const Run& run) {
  return std::all_of(run.measurements.begin(), run.measurements.end(),
                     [](const Measurement& m) { return is_unavailable(m.failures); });
}

}  // namespace ratchet::cli
