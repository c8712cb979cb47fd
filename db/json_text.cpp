#include "db/json_text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "db/samples.h"
#include "ratchet/error.h"

namespace ratchet::db {
namespace {

using nlohmann::json;

// Messages of crashed children may hold any bytes; what is not UTF-8 becomes U+FFFD instead of an exception.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

template <class Reader>
auto parse(const std::string& text, const Reader& reader) {
  try {
    return reader(json::parse(text));
  } catch (const json::exception& fault) {
    throw Error(std::string("a JSON column is damaged (") + fault.what() + "); restore the database from a copy");
  }
}

// JSON has no NaN and no infinity, but the error of a wrong answer may be either.
json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double number_from(const json& value) {
  if (value.is_number()) return value.get<double>();
  const double infinity = std::numeric_limits<double>::infinity();
  if (value == "inf") return infinity;
  return value == "-inf" ? -infinity : std::numeric_limits<double>::quiet_NaN();
}

template <class List, class Write>
json array(const List& list, const Write& write) {
  json result = json::array();
  for (const auto& item : list) result.push_back(write(item));
  return result;
}

json write_failure(const Failure& of) { return {{"kind", of.kind}, {"side", of.side}, {"message", of.message}}; }

Failure read_failure(const json& from) {
  return {.kind = from.at("kind"), .side = from.at("side"), .message = from.at("message")};
}

std::vector<Failure> read_failures(const json& from) {
  std::vector<Failure> failures;
  for (const auto& item : from) failures.push_back(read_failure(item));
  return failures;
}

json write_check(const std::optional<Check>& of) {
  if (!of) return nullptr;
  return {{"verified", of->verified}, {"rel_l2", number(of->rel_l2)}, {"row_error", number(of->row_error)}};
}

std::optional<Check> read_check(const json& from) {
  if (from.is_null()) return std::nullopt;
  return Check{.verified = from.at("verified"),
               .rel_l2 = number_from(from.at("rel_l2")),
               .row_error = number_from(from.at("row_error"))};
}

// Unit and handicap are missing: only nanoseconds without a handicap are recorded.
json write_facts(const CaseFacts& of) {
  return {{"case", of.id},       {"bytes", of.bytes},
          {"flops", of.flops},   {"peak_memory_bytes", of.peak_memory_bytes},
          {"l2", of.l2},         {"definition", of.definition},
          {"source", of.source}, {"batch", of.batch},
          {"timed_by", of.timed_by}, {"kernels", of.kernels}};
}

CaseFacts read_facts(const json& from) {
  CaseFacts facts;
  facts.id = from.at("case");
  facts.bytes = from.at("bytes");
  facts.flops = from.at("flops");
  facts.peak_memory_bytes = from.at("peak_memory_bytes");
  facts.l2 = from.at("l2");
  facts.definition = from.at("definition");
  facts.source = from.at("source");
  facts.batch = from.at("batch");
  facts.timed_by = from.value("timed_by", "");
  facts.kernels = from.value("kernels", "");
  return facts;
}

// The samples of a launch lie elsewhere; its two clocks are few and stay here. Nothing where no clock was counted.
json write_clocks(const DuetCase& of) {
  const bool counted = std::any_of(of.launches.begin(), of.launches.end(), [](const DuetLaunch& launch) {
    return launch.baseline_clock_mhz > 0 || launch.candidate_clock_mhz > 0;
  });
  if (!counted) return json::array();
  return array(of.launches, [](const DuetLaunch& launch) {
    return json{launch.baseline_clock_mhz, launch.candidate_clock_mhz};
  });
}

json write_case(const DuetCase& of) {
  return {{"facts", write_facts(of.facts)},
          {"clocks_mhz", write_clocks(of)},
          {"baseline_definition", of.baseline_definition},
          {"baseline_kernels", of.baseline_kernels},
          {"baseline_check", write_check(of.baseline_check)},
          {"candidate_check", write_check(of.candidate_check)},
          {"warnings", of.warnings},
          {"failures", array(of.failures, write_failure)}};
}

json write_commit(const Commit& of) {
  return {{"sha", of.sha},         {"tree", of.tree}, {"parents", of.parents},
          {"subject", of.subject}, {"time", of.time}, {"dirty", of.dirty}};
}

Commit read_commit(const json& from) {
  return {.sha = from.at("sha"),
          .tree = from.at("tree"),
          .parents = from.at("parents"),
          .subject = from.at("subject"),
          .time = from.at("time"),
          .dirty = from.at("dirty")};
}

json write_side(const DuetSide& of) {
  return {{"label", of.label}, {"commit", write_commit(of.commit)}, {"module_hash", of.module_hash}};
}

DuetSide read_side(const json& from) {
  return {.label = from.at("label"), .commit = read_commit(from.at("commit")), .module_hash = from.at("module_hash")};
}

json write_environment(const Environment& of) {
  return {{"device",
           {{"kind", of.device.kind},
            {"name", of.device.name},
            {"uuid", of.device.uuid},
            {"compute_capability", of.device.compute_capability},
            {"memory_bytes", of.device.memory_bytes},
            {"l2_bytes", of.device.l2_bytes},
            {"peak_bandwidth_bytes_per_s", of.device.peak_bandwidth_bytes_per_s}}},
          {"driver", of.driver},
          {"cuda_runtime", of.cuda_runtime},
          {"cpu", of.cpu},
          {"os", of.os},
          {"clock_policy", of.clock_policy},
          {"timer_tick_ns", of.timer_tick_ns}};
}

json identity(const Commit& of) { return {of.sha, of.tree, of.dirty}; }
json identity(const std::optional<Environment>& of) { return of ? write_environment(*of) : json(nullptr); }

json launch_lists(const DuetCase& of) {
  return array(of.launches, [](const DuetLaunch& launch) { return json{launch.baseline_ns, launch.candidate_ns}; });
}

}  // namespace

bool is_json(const std::string& text) { return json::accept(text); }

std::string warnings_text(const std::vector<std::string>& warnings) { return warnings.empty() ? "" : dump(warnings); }

std::vector<std::string> warnings_from(const std::string& text) {
  if (text.empty()) return {};
  return parse(text, [](const json& list) { return list.get<std::vector<std::string>>(); });
}

std::string failures_text(const std::vector<Failure>& failures) {
  return failures.empty() ? "" : dump(array(failures, write_failure));
}

std::vector<Failure> failures_from(const std::string& text) {
  if (text.empty()) return {};
  return parse(text, read_failures);
}

std::string sides_text(const Duet& duet) {
  return dump({{"baseline", write_side(duet.baseline)}, {"candidate", write_side(duet.candidate)}});
}

void read_sides(const std::string& text, Duet& duet) {
  parse(text, [&](const json& sides) {
    duet.baseline = read_side(sides.at("baseline"));
    duet.candidate = read_side(sides.at("candidate"));
    return true;
  });
}

std::string facts_text(const DuetCase& which) { return dump(write_case(which)); }

DuetCase facts_from(const std::string& text) {
  return parse(text, [](const json& from) {
    DuetCase result;
    result.facts = read_facts(from.at("facts"));
    result.baseline_definition = from.at("baseline_definition");
    result.baseline_kernels = from.value("baseline_kernels", "");
    result.baseline_check = read_check(from.at("baseline_check"));
    result.candidate_check = read_check(from.at("candidate_check"));
    result.warnings = from.at("warnings").get<std::vector<std::string>>();
    result.failures = read_failures(from.at("failures"));
    return result;
  });
}

void read_clocks(const std::string& text, DuetCase& of) {
  parse(text, [&](const json& from) {
    const json clocks = from.value("clocks_mhz", json::array());
    if (!clocks.empty() && clocks.size() != of.launches.size())
      throw Error("case " + of.facts.id + ": clocks and launches differ in number; restore the database from a copy");
    for (std::size_t i = 0; i < clocks.size(); ++i) {
      of.launches.at(i).baseline_clock_mhz = clocks[i].at(0);
      of.launches.at(i).candidate_clock_mhz = clocks[i].at(1);
    }
    return true;
  });
}

std::string move_text(const BaselineMove& of) {
  return dump({{"case", of.case_id},       {"device", of.device_name},     {"kind", of.kind},
               {"commit", of.commit.sha},  {"module", of.module_hash},     {"run", of.run_uuid},
               {"definition", of.definition}, {"median_ns", of.median_ns}, {"ci_lo_ns", of.ci_lo_ns},
               {"ci_hi_ns", of.ci_hi_ns},  {"moved_at", of.moved_at}});
}

std::string environment_text(const Environment& environment) { return dump(write_environment(environment)); }

std::string content(const Run& run) {
  const auto write = [](const Measurement& of) {
    return json{write_facts(of.facts), of.launches,  of.sm_clock_mhz,
                of.energy_j,           write_check(of.check), of.warnings,
                array(of.failures, write_failure)};
  };
  return dump({run.uuid, identity(run.commit), run.started_at, run.tool, identity(run.environment),
               array(run.measurements, write), telemetry_text(run.telemetry)});
}

std::string content(const VerdictRecord& verdict) {
  const auto write_verdict = [](const VerdictCase& of) {
    const auto change = [](const std::optional<double>& value) { return value ? number(*value) : json(nullptr); };
    return json{of.case_id,           of.verdict,           of.method,  change(of.change),
                change(of.change_lo), change(of.change_hi), of.launches};
  };
  const auto write_rounds = [](const DuetCase& of) { return json{write_case(of), launch_lists(of)}; };
  const auto write_duet = [&](const Duet& of) {
    return json{write_side(of.baseline), write_side(of.candidate), identity(of.environment),
                array(of.cases, write_rounds), telemetry_text(of.telemetry)};
  };
  return dump({verdict.uuid, verdict.made_at, identity(verdict.baseline), identity(verdict.candidate),
               identity(verdict.environment), verdict.outcome, verdict.exit_code, verdict.document,
               array(verdict.cases, write_verdict), array(verdict.duets, write_duet)});
}

}  // namespace ratchet::db
