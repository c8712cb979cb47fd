#include "src/importers/formats.h"
#include "src/importers/json_text.h"

namespace ratchet::importers {
namespace {

using documents::Node;

constexpr double kSecondNs = 1e9;

bool fits(std::string_view text) { return has_keys(text, {"machine_info", "benchmarks"}); }

Measurement measurement_of(const Node& item) {
  Measurement measured;
  measured.facts.id = item.at("fullname").text();
  const Node stats = item.about(measured.facts.id).at("stats");
  if (const auto data = stats.find("data"); data && data->size() > 0) {
    measured.launches.push_back(data->times_ns(kSecondNs));
  } else {
    measured.launches.push_back({stats.at("median").number() * kSecondNs});
    measured.warnings.emplace_back("one number, the median of the rounds: save with --benchmark-save-data");
  }
  if (const auto calls = stats.find("iterations"); calls && calls->count() > 0) measured.facts.batch = calls->count();
  return measured;
}

std::optional<Environment> environment_of(const Node& machine) {
  const auto cpu = machine.find("cpu");
  if (!cpu) return std::nullopt;
  std::string name = text_or_empty(*cpu, "brand_raw");
  if (name.empty()) name = text_or_empty(*cpu, "brand");  // before 3.4
  if (name.empty()) return std::nullopt;
  Environment environment;
  environment.device.kind = "cpu";
  environment.device.name = name;
  environment.cpu = name;
  environment.os = text_or_empty(machine, "system") + " " + text_or_empty(machine, "release");
  return environment;
}

Commit commit_of(const Node& root) {
  Commit commit;
  const auto info = root.find("commit_info");
  if (!info) return commit;
  const std::string id = text_or_empty(*info, "id");
  if (id.size() != 40 || id.find_first_not_of("0123456789abcdef") != std::string::npos) return commit;  // "unversioned"
  commit.sha = id;
  const auto dirty = info->find("dirty");
  commit.dirty = dirty && dirty->flag();
  return commit;
}

// UTC, without saying so before 5.0.
std::string time_of(const Node& root) {
  const std::string time = text_or_empty(root, "datetime");
  const bool zoned = time.size() > 19 && time.find_first_of("Z+-", 19) != std::string::npos;
  return time_or_empty(zoned ? time : time + "Z");
}

Reading read_text(const Source& source) {
  const documents::Json document = documents::parse(source.text, source.name);
  const Node root(document, source.name);
  Run run;
  run.environment = environment_of(root.at("machine_info"));
  run.commit = commit_of(root);
  run.started_at = time_of(root);
  run.tool = "pytest-benchmark " + text_or_empty(root, "version");
  const Node list = root.at("benchmarks");
  for (std::size_t i = 0; i < list.size(); ++i) run.measurements.push_back(measurement_of(list.item(i)));
  return {{run}, {"rounds of one process; its interpreter's version is not part of what must be equal"}};
}

}  // namespace

Adapter pytest_benchmark() { return {"pytest-benchmark", "pytest-benchmark (--benchmark-json=FILE)", fits, read_text}; }

}  // namespace ratchet::importers
