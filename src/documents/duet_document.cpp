#include "src/documents/documents.h"
#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

Json side_json(const DuetSide& side) {
  Json json = Json::object();
  put(json, "label", side.label);
  put(json, "commit", side.commit);
  put(json, "module_hash", side.module_hash);
  return json;
}

DuetSide read_side(const Node& root, const char* key) {
  DuetSide side;
  const auto node = root.find(key);
  if (!node) return side;
  side.label = read_text(*node, "label");
  side.commit = read_commit(*node);
  side.module_hash = read_text(*node, "module_hash");
  return side;
}

Json launch_json(const DuetLaunch& launch, const std::string& id) {
  Json json = {{"baseline", times_json(launch.baseline_ns, id)}, {"candidate", times_json(launch.candidate_ns, id)}};
  Json clocks = Json::object();
  put(clocks, "baseline", launch.baseline_clock_mhz);
  put(clocks, "candidate", launch.candidate_clock_mhz);
  if (!clocks.empty()) json["clock_mhz"] = std::move(clocks);
  return json;
}

Json case_json(const DuetCase& duet_case) {
  const std::string& id = duet_case.facts.id;
  Json json = facts_json(duet_case.facts);
  put(json, "baseline_definition", duet_case.baseline_definition);
  put(json, "baseline_kernels", duet_case.baseline_kernels);
  Json launches = Json::array();
  for (const DuetLaunch& launch : duet_case.launches) launches.push_back(launch_json(launch, id));
  json["launches"] = std::move(launches);
  put(json, "baseline_check", duet_case.baseline_check);
  put(json, "candidate_check", duet_case.candidate_check);
  put(json, "warnings", duet_case.warnings);
  put(json, "failures", duet_case.failures);
  return json;
}

// Index i of both lists is one round, so neither list can be longer: that would pair strangers. A pair of processes has
// no rounds.
DuetLaunch read_launch(const Node& node, double unit_ns, bool in_rounds) {
  DuetLaunch launch;
  launch.baseline_ns = node.at("baseline").times_ns(unit_ns);
  launch.candidate_ns = node.at("candidate").times_ns(unit_ns);
  if (const auto clocks = node.find("clock_mhz")) {
    launch.baseline_clock_mhz = read_amount(*clocks, "baseline");
    launch.candidate_clock_mhz = read_amount(*clocks, "candidate");
  }
  if (in_rounds && launch.baseline_ns.size() != launch.candidate_ns.size())
    node.refuse("the launch has " + std::to_string(launch.baseline_ns.size()) + " baseline times but " +
                std::to_string(launch.candidate_ns.size()) + " candidate times; a round has one of each");
  if (launch.baseline_ns.empty() || launch.candidate_ns.empty())
    node.refuse("the launch has no rounds; leave it out");
  return launch;
}

DuetCase read_case(const Node& node) {
  DuetCase duet_case;
  duet_case.facts = read_facts(node);
  duet_case.baseline_definition = read_text(node, "baseline_definition");
  duet_case.baseline_kernels = read_text(node, "baseline_kernels");
  const double unit_ns = read_unit_ns(node);
  const Node launches = node.at("launches");
  for (std::size_t i = 0; i < launches.size(); ++i)
    duet_case.launches.push_back(read_launch(launches.item(i), unit_ns, !is_by_process(duet_case.facts)));
  duet_case.baseline_check = read_check(node, "baseline_check");
  duet_case.candidate_check = read_check(node, "candidate_check");
  duet_case.warnings = read_texts(node, "warnings");
  duet_case.failures = read_failures(node);
  require_explained(node, !duet_case.launches.empty(), duet_case.failures, duet_case.warnings);
  return duet_case;
}

}  // namespace

std::string write(const Duet& duet) {
  Json document = {{"format", kDuetFormat}};
  document["baseline"] = side_json(duet.baseline);
  document["candidate"] = side_json(duet.candidate);
  put(document, "environment", duet.environment);
  document["cases"] = Json::array();
  for (const DuetCase& duet_case : duet.cases) document["cases"].push_back(case_json(duet_case));
  put(document, "telemetry", duet.telemetry);
  return lay_out(document);
}

Duet read_duet(std::string_view text, std::string_view name) {
  const Json document = parse(text, name);
  const Node root(document, name);
  require_format(root, kDuetFormat);
  Duet duet;
  duet.baseline = read_side(root, "baseline");
  duet.candidate = read_side(root, "candidate");
  duet.environment = read_environment(root);
  for (const Node& node : read_cases(root, "cases")) duet.cases.push_back(read_case(node));
  duet.telemetry = read_telemetry(root);
  return duet;
}

}  // namespace ratchet::documents
