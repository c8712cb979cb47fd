#include "db/fitness.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>

#include "db/json_text.h"
#include "ratchet/error.h"

namespace ratchet::db {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
  throw Error(what + ": not recorded: " + why);
}

void require_sha(const std::string& sha, const std::string& what) {
  if (sha.size() != 40 || sha.find_first_not_of("0123456789abcdef") != std::string::npos) {
    refuse(what, "the commit \"" + sha + "\" is not 40 lower-case hex digits; measure inside a git repository");
  }
}

void require_finite(std::initializer_list<double> values, const std::string& what) {
  for (const double value : values) {
    if (!std::isfinite(value)) refuse(what, "it holds a number that is not finite; measure again");
  }
}

void require_environment(const Environment& environment, const std::string& what) {
  if (environment.device.kind.empty() || environment.device.name.empty()) {
    refuse(what, "its environment names no device; measure with ratchet-bench, or complete the document");
  }
  require_finite({environment.device.peak_bandwidth_bytes_per_s, environment.timer_tick_ns}, what + ": environment");
}

void require_telemetry(const std::vector<Telemetry>& telemetry, const std::string& what) {
  for (const auto& of : telemetry) {
    require_finite(
        {of.sm_clock_mhz, of.memory_clock_mhz, of.temperature_c, of.power_w, of.energy_j, of.throttled_power_ns,
         of.throttled_thermal_ns, of.throttled_hardware_ns, of.sentinel_copy_ns, of.sentinel_fma_ns,
         of.copy_bytes_per_s, of.tensor_flops_per_cycle, of.null_launch_ns, of.interval_overhead_ns, of.busy_percent,
         of.modes.power_limit_w, of.modes.highest_sm_clock_mhz},
        what + ": telemetry of launch " + std::to_string(of.launch));
  }
}

void require_case(const CaseFacts& facts, const std::string& what) {
  if (facts.id.empty()) refuse(what, "a case has no name; give it one");
  if (facts.unit != "ns") refuse(what, "its unit is \"" + facts.unit + "\"; convert it to ns");
  if (facts.batch == 0) refuse(what, "its batch is 0; give the calls in one timed interval");
  if (facts.handicap_percent != 0) {
    refuse(what, "it carries a planted slowdown of " + std::to_string(facts.handicap_percent) +
                     " %; measure it without the handicap");
  }
}

void require_summary(const Measurement& measurement, const Summary& summary, const std::string& what) {
  std::uint64_t samples = 0;
  std::uint64_t launches = 0;
  for (const auto& launch : measurement.launches) {
    samples += launch.size();
    launches += launch.empty() ? 0 : 1;
  }
  if (summary.samples != samples || summary.launches != launches) {
    refuse(what, "its summary counts " + std::to_string(summary.samples) + " samples in " +
                     std::to_string(summary.launches) + " launches, but there are " + std::to_string(samples) + " in " +
                     std::to_string(launches) + "; summarize this run, not another");
  }
  require_finite(
      {summary.median_ns, summary.ci_lo_ns, summary.ci_hi_ns, summary.mean_ns, summary.min_ns, summary.max_ns},
      what + ": summary");
}

void require_measurement(const Measurement& measurement, const std::vector<Summary>& summaries,
                         const std::string& what) {
  require_case(measurement.facts, what);
  for (const auto& launch : measurement.launches) require_times(launch, what);
  const auto named = [&](const Summary& summary) { return summary.case_id == measurement.facts.id; };
  const bool measured = std::any_of(measurement.launches.begin(), measurement.launches.end(),
                                    [](const auto& launch) { return !launch.empty(); });
  if (std::count_if(summaries.begin(), summaries.end(), named) != (measured ? 1 : 0)) {
    refuse(what, measured ? "there must be one summary of it" : "it has no sample, so there must be no summary of it");
  }
  if (measured) require_summary(measurement, *std::find_if(summaries.begin(), summaries.end(), named), what);
}

}  // namespace

void require_times(const std::vector<double>& times_ns, const std::string& what) {
  for (const double time : times_ns) {
    if (!std::isfinite(time) || time < 0) {
      refuse(what, "the sample " + std::to_string(time) + " ns is not a time; measure again");
    }
  }
}

void require_fit(const Run& run, const std::vector<Summary>& summaries) {
  const std::string name = "run " + run.uuid;
  if (run.uuid.empty()) refuse("run", "it has no uuid; give it one");
  require_sha(run.commit.sha, name);
  if (!run.environment) refuse(name, "it has no environment; measure with ratchet-bench, or complete the document");
  require_environment(*run.environment, name);
  require_telemetry(run.telemetry, name);
  if (run.measurements.empty()) refuse(name, "it holds no case; check the filter");
  std::set<std::string> cases;
  for (const auto& measurement : run.measurements) {
    if (cases.insert(measurement.facts.id).second) continue;
    refuse(name + ": case " + measurement.facts.id, "it is there twice; give each case a name of its own");
  }
  for (const auto& measurement : run.measurements) {
    require_measurement(measurement, summaries, name + ": case " + measurement.facts.id);
  }
  for (const auto& summary : summaries) {
    if (!cases.contains(summary.case_id)) refuse(name, "a summary of " + summary.case_id + " belongs to no case of it");
  }
}

void require_fit(const VerdictRecord& verdict) {
  const std::string name = "verdict " + verdict.uuid;
  if (verdict.uuid.empty()) refuse("verdict", "it has no uuid; give it one");
  if (!verdict.baseline.sha.empty()) require_sha(verdict.baseline.sha, name);
  if (!verdict.candidate.sha.empty()) require_sha(verdict.candidate.sha, name);
  if (verdict.environment) require_environment(*verdict.environment, name);
  if (!is_json(verdict.document)) refuse(name, "its document is not JSON; give the whole ratchet.verdict/1");
  std::set<std::string> cases;
  for (const auto& judged : verdict.cases) {
    if (!cases.insert(judged.case_id).second) refuse(name, "case " + judged.case_id + " is judged twice");
    for (const auto& change : {judged.change, judged.change_lo, judged.change_hi}) {
      // An interval may be open to infinity; NaN is no answer at all.
      if (change && std::isnan(*change)) refuse(name, "case " + judged.case_id + ": a change is NaN; leave it out");
    }
  }
  std::set<std::string> measured;
  for (const auto& duet : verdict.duets) {
    if (duet.environment) require_environment(*duet.environment, name);
    require_telemetry(duet.telemetry, name);
    for (const auto& of : duet.cases) {
      const std::string what = name + ": case " + of.facts.id;
      require_case(of.facts, what);
      if (!measured.insert(of.facts.id).second) refuse(what, "it is in its duets twice");
      for (const auto& launch : of.launches) {
        require_times(launch.baseline_ns, what);
        require_times(launch.candidate_ns, what);
        require_finite({launch.baseline_clock_mhz, launch.candidate_clock_mhz}, what + ": clock");
        const bool in_rounds = !is_by_process(of.facts);
        if (in_rounds && launch.baseline_ns.size() != launch.candidate_ns.size())
          refuse(what, "a round has only one side");
        if (!in_rounds && (launch.baseline_ns.empty() || launch.candidate_ns.empty()))
          refuse(what, "a pair of processes has only one side");
      }
    }
  }
}

}  // namespace ratchet::db
