#include "src/cli/recording.h"

#include <algorithm>

#include "ratchet/summary.h"
#include "src/cli/version.h"
#include "src/documents/verdict_document.h"

namespace ratchet::cli {
namespace {

db::Summary summary_of(const Measurement& measured, MedianBootstraps& bootstraps) {
  const SideSummary side = summarize(measured.launches, measured.facts.bytes, "", bootstraps);
  std::vector<double> samples;
  for (const auto& launch : measured.launches) samples.insert(samples.end(), launch.begin(), launch.end());
  const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
  db::Summary summary;
  summary.case_id = measured.facts.id;
  summary.samples = side.samples;
  summary.launches = side.launches;
  summary.median_ns = side.median_ns;
  summary.ci_lo_ns = side.ci_ns.low;
  summary.ci_hi_ns = side.ci_ns.high;
  summary.mean_ns = mean(samples);
  summary.min_ns = *low;
  summary.max_ns = *high;
  return summary;
}

// The one baseline commit, or none when the cases have several.
Commit common_baseline(const std::vector<Duet>& duets) {
  if (duets.empty()) return {};
  const bool one = std::all_of(duets.begin(), duets.end(), [&](const Duet& duet) {
    return duet.baseline.commit.sha == duets.front().baseline.commit.sha;
  });
  return one ? duets.front().baseline.commit : Commit{};
}

}  // namespace

std::vector<db::Summary> summaries_of(const Run& run) {
  MedianBootstraps bootstraps;
  std::vector<db::Summary> summaries;
  for (const Measurement& measured : run.measurements) {
    if (!measured.launches.empty()) summaries.push_back(summary_of(measured, bootstraps));
  }
  return summaries;
}

db::VerdictRecord verdict_record(Context& context, const CheckVerdict& check, const std::vector<Duet>& duets,
                                 const Commit& candidate, const Environment& environment) {
  db::VerdictRecord record;
  record.uuid = check.uuid;
  record.made_at = context.now();
  record.baseline = common_baseline(duets);
  record.candidate = candidate;
  record.environment = environment;
  record.outcome = to_string(check.outcome);
  record.exit_code = exit_code(check.outcome);
  record.document = documents::write(check);
  for (const CaseVerdict& verdict : check.cases) {
    db::VerdictCase one;
    one.case_id = verdict.id;
    one.verdict = to_string(verdict.verdict);
    one.method = verdict.method == Method::None ? "" : to_string(verdict.method);
    one.change = verdict.change;
    if (verdict.change_ci) {
      one.change_lo = verdict.change_ci->low;
      one.change_hi = verdict.change_ci->high;
    }
    one.launches = verdict.candidate ? verdict.candidate->launches : 0;
    record.cases.push_back(std::move(one));
  }
  record.duets = duets;
  return record;
}

void sign(Context& context, Run& run, const Commit& commit, const std::string& started_at) {
  run.uuid = context.new_uuid();
  run.commit = commit;
  run.started_at = started_at;
  run.tool = std::string("ratchet ") + kVersion;
}

}  // namespace ratchet::cli
