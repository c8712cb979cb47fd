#include "ratchet/roofline.h"
#include "ratchet/statistics.h"
#include "ratchet/summary.h"
#include "src/documents/documents.h"
#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

// For readers of JSON who do not want to do the arithmetic; a reader of documents does it again.
Json rates_json(const Measurement& measurement, const Ceilings& ceilings) {
  Json json = Json::object();
  if (measurement.launches.empty()) return json;
  const Rates rates = rates_of(measurement.facts, median(launch_medians(measurement.launches)), ceilings);
  put(json, "bytes_per_s", rates.bytes_per_s);
  put(json, "flops_per_s", rates.flops_per_s);
  put(json, "flops_per_byte", rates.flops_per_byte);
  put(json, "of_peak", rates.of_peak.value_or(0));
  put(json, "of_copy", rates.of_copy.value_or(0));
  put(json, "of_flops", rates.of_flops.value_or(0));
  put(json, "bound", rates.bound);
  return json;
}

Json measurement_json(const Measurement& measurement, const Ceilings& ceilings) {
  Json json = facts_json(measurement.facts);
  Json launches = Json::array();
  for (const auto& samples : measurement.launches) launches.push_back(times_json(samples, measurement.facts.id));
  json["launches"] = std::move(launches);
  put(json, "sm_clock_mhz", measurement.sm_clock_mhz);
  put(json, "energy_j", measurement.energy_j);
  if (Json rates = rates_json(measurement, ceilings); !rates.empty()) json["rates"] = std::move(rates);
  put(json, "check", measurement.check);
  put(json, "warnings", measurement.warnings);
  put(json, "failures", measurement.failures);
  return json;
}

Measurement read_measurement(const Node& node) {
  Measurement measurement;
  measurement.facts = read_facts(node);
  const double unit_ns = read_unit_ns(node);
  const Node launches = node.at("launches");
  for (std::size_t i = 0; i < launches.size(); ++i) {
    measurement.launches.push_back(launches.item(i).times_ns(unit_ns));
    if (measurement.launches.back().empty()) launches.item(i).refuse("the launch has no samples; leave it out");
  }
  measurement.sm_clock_mhz = read_amount(node, "sm_clock_mhz");
  measurement.energy_j = read_amount(node, "energy_j");
  measurement.check = read_check(node, "check");
  measurement.warnings = read_texts(node, "warnings");
  measurement.failures = read_failures(node);
  require_explained(node, !measurement.launches.empty(), measurement.failures, measurement.warnings);
  return measurement;
}

}  // namespace

std::string write(const Run& run) {
  Json document = {{"format", kRunFormat}};
  put(document, "uuid", run.uuid);
  put(document, "commit", run.commit);
  put(document, "started_at", run.started_at);
  put(document, "tool", run.tool);
  put(document, "environment", run.environment);
  document["measurements"] = Json::array();
  const Ceilings ceilings = ceilings_of(run.environment, run.telemetry);
  for (const Measurement& measurement : run.measurements)
    document["measurements"].push_back(measurement_json(measurement, ceilings));
  put(document, "telemetry", run.telemetry);
  return lay_out(document);
}

Run read_run(std::string_view text, std::string_view name) {
  const Json document = parse(text, name);
  const Node root(document, name);
  require_format(root, kRunFormat);
  Run run;
  run.uuid = read_text(root, "uuid");
  run.commit = read_commit(root);
  run.started_at = read_time(root, "started_at");
  run.tool = read_text(root, "tool");
  run.environment = read_environment(root);
  for (const Node& node : read_cases(root, "measurements")) run.measurements.push_back(read_measurement(node));
  run.telemetry = read_telemetry(root);
  return run;
}

}  // namespace ratchet::documents
