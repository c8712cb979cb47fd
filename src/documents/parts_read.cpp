#include <algorithm>
#include <limits>

#include "src/documents/documents.h"
#include "src/documents/parts.h"
#include "src/documents/time_text.h"

namespace ratchet::documents {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex_id(const std::string& id) {
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
  return (id.size() == 40 || id.size() == 64) && std::all_of(id.begin(), id.end(), is_hex);  // 64: SHA-256 repositories
}

std::string read_id(const Node& object, const char* key) {
  const auto node = object.find(key);
  if (!node) return "";
  const std::string id = node->text();
  if (!is_hex_id(id)) node->refuse("expected 40 lower-case hex digits, found \"" + id.substr(0, 80) + "\"");
  return id;
}

std::uint64_t read_count(const Node& object, const char* key, std::uint64_t otherwise = 0) {
  const auto node = object.find(key);
  return node ? node->count() : otherwise;
}

double read_number(const Node& object, const char* key) {
  const auto node = object.find(key);
  return node ? node->number() : 0;
}

std::string read_choice(const Node& object, const char* key, const std::set<std::string>& choices) {
  const std::string value = read_text(object, key);
  if (value.empty() || choices.contains(value)) return value;
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "\"" : " or \"") + choice + "\"";
  object.at(key).refuse("expected " + list + ", found \"" + value.substr(0, 80) + "\"");
}

Device read_device(const Node& node) {
  Device device;
  device.kind = read_choice(node, "kind", {"cpu", "cuda"});
  device.name = read_text(node, "name");
  device.uuid = read_text(node, "uuid");
  device.compute_capability = read_text(node, "compute_capability");
  device.memory_bytes = read_count(node, "memory_bytes");
  device.l2_bytes = read_count(node, "l2_bytes");
  device.peak_bandwidth_bytes_per_s = read_amount(node, "peak_bandwidth_bytes_per_s");
  return device;
}

Telemetry read_reading(const Node& node) {
  Telemetry reading;
  reading.launch = read_count(node, "launch");
  reading.sm_clock_mhz = read_amount(node, "sm_clock_mhz");
  reading.memory_clock_mhz = read_amount(node, "memory_clock_mhz");
  reading.temperature_c = read_number(node, "temperature_c");
  reading.power_w = read_amount(node, "power_w");
  reading.energy_j = read_amount(node, "energy_j");
  if (const auto throttled = node.find("throttled_ns")) {
    reading.throttled_power_ns = read_amount(*throttled, "power");
    reading.throttled_thermal_ns = read_amount(*throttled, "thermal");
    reading.throttled_hardware_ns = read_amount(*throttled, "hardware");
  }
  if (const auto sentinel = node.find("sentinel_ns")) {
    reading.sentinel_copy_ns = read_amount(*sentinel, "copy");
    reading.sentinel_fma_ns = read_amount(*sentinel, "fma");
  }
  if (const auto ceilings = node.find("ceilings")) {
    reading.copy_bytes_per_s = read_amount(*ceilings, "copy_bytes_per_s");
    reading.tensor_flops_per_cycle = read_amount(*ceilings, "tensor_flops_per_cycle");
  }
  if (const auto floor = node.find("floor_ns")) {
    reading.null_launch_ns = read_amount(*floor, "launch");
    reading.interval_overhead_ns = read_amount(*floor, "interval");
  }
  if (const auto others = node.find("others")) {
    reading.busy_percent = read_amount(*others, "busy_percent");
    reading.processes_before = read_count(*others, "processes_before");
    reading.processes_after = read_count(*others, "processes_after");
  }
  if (const auto modes = node.find("modes")) {
    reading.modes.ecc = read_text(*modes, "ecc");
    reading.modes.mig = read_text(*modes, "mig");
    reading.modes.persistence = read_text(*modes, "persistence");
    reading.modes.compute_mode = read_text(*modes, "compute_mode");
    reading.modes.power_limit_w = read_amount(*modes, "power_limit_w");
    reading.modes.highest_sm_clock_mhz = read_amount(*modes, "highest_sm_clock_mhz");
  }
  return reading;
}

}  // namespace

// Shape only; "2026-11-22T10:00:00.5+01:00" becomes "dddd-dd-ddTdd:dd:dd" and "+dd:dd".
bool is_rfc3339(std::string time) {
  std::replace_if(time.begin(), time.end(), is_digit, 'd');
  constexpr std::string_view kDateTime = "dddd-dd-ddTdd:dd:dd";
  if (!time.starts_with(kDateTime)) return false;
  std::string_view zone = std::string_view(time).substr(kDateTime.size());
  if (zone.starts_with(".d")) zone.remove_prefix(std::min(zone.size(), zone.find_first_not_of('d', 1)));
  return zone == "Z" || zone == "+dd:dd" || zone == "-dd:dd";
}

double read_amount(const Node& object, const char* key) {
  const double value = read_number(object, key);
  if (value < 0) object.at(key).refuse("expected a number from 0, found " + std::to_string(value));
  return value;
}

std::string format_of(std::string_view text, std::string_view name) {
  const Json document = parse(text, name);
  return Node(document, name).at("format").text();
}

void require_format(const Node& root, std::string_view wanted) {
  const Node format = root.at("format");
  const std::string found = format.text();
  if (found == wanted) return;
  const std::string_view kind = wanted.substr(0, wanted.find('/') + 1);
  const std::string both = "expected \"" + std::string(wanted) + "\", found \"" + found.substr(0, 80) + "\"";
  if (found.starts_with(kind)) format.refuse(both + ": written by another version of ratchet; use that one to read it");
  format.refuse(both);
}

std::string read_text(const Node& object, const char* key) {
  const auto node = object.find(key);
  return node ? node->text() : "";
}

std::vector<std::string> read_texts(const Node& object, const char* key) {
  std::vector<std::string> texts;
  const auto list = object.find(key);
  for (std::size_t i = 0; list && i < list->size(); ++i) texts.push_back(list->item(i).text());
  return texts;
}

std::string read_time(const Node& object, const char* key) {
  std::string time = read_text(object, key);
  if (!time.empty() && !is_rfc3339(time))
    object.at(key).refuse("expected a time such as 2026-11-22T10:00:00Z, found \"" + time.substr(0, 80) + "\"");
  return time;
}

Commit read_commit(const Node& object) {
  Commit commit;
  const auto node = object.find("commit");
  if (!node) return commit;
  commit.sha = read_id(*node, "sha");
  commit.tree = read_id(*node, "tree");
  commit.parents = read_texts(*node, "parents");
  commit.subject = read_text(*node, "subject");
  commit.time = read_time(*node, "time");
  const auto dirty = node->find("dirty");
  commit.dirty = dirty && dirty->flag();
  return commit;
}

std::optional<Environment> read_environment(const Node& object) {
  const auto node = object.find("environment");
  if (!node) return std::nullopt;
  Environment environment;
  if (const auto device = node->find("device")) environment.device = read_device(*device);
  environment.driver = read_text(*node, "driver");
  environment.cuda_runtime = read_text(*node, "cuda_runtime");
  environment.cpu = read_text(*node, "cpu");
  environment.os = read_text(*node, "os");
  environment.clock_policy = read_text(*node, "clock_policy");
  environment.timer_tick_ns = read_amount(*node, "timer_tick_ns");
  return environment;
}

std::optional<Check> read_check(const Node& object, const char* key) {
  const auto node = object.find(key);
  if (!node) return std::nullopt;
  Check check;
  check.verified = node->at("verified").flag();
  // JSON has no infinity: the error of a wrong answer that held NaNs is not written.
  const double absent = check.verified ? 0 : std::numeric_limits<double>::infinity();
  check.rel_l2 = node->find("rel_l2") ? read_amount(*node, "rel_l2") : absent;
  check.row_error = node->find("row_error") ? read_amount(*node, "row_error") : absent;
  return check;
}

std::vector<Failure> read_failures(const Node& object) {
  std::vector<Failure> failures;
  const auto list = object.find("failures");
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    const Node node = list->item(i);
    failures.push_back(
        {node.at("kind").text(), read_choice(node, "side", {"baseline", "candidate"}), read_text(node, "message")});
  }
  return failures;
}

std::vector<Telemetry> read_telemetry(const Node& root) {
  std::vector<Telemetry> telemetry;
  const auto list = root.find("telemetry");
  for (std::size_t i = 0; list && i < list->size(); ++i) telemetry.push_back(read_reading(list->item(i)));
  return telemetry;
}

double read_unit_ns(const Node& object) {
  const std::string unit = object.at("unit").text();
  if (unit == "ns") return 1;
  if (unit == "us") return 1e3;
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  object.at("unit").refuse("expected \"ns\", \"us\", \"ms\" or \"s\", found \"" + unit.substr(0, 80) + "\"");
}

std::vector<Node> read_cases(const Node& root, const char* key) {
  const Node list = root.at(key);
  if (list.size() == 0) list.refuse("the list is empty: nothing was measured, and nothing can be judged");
  std::vector<Node> cases;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node id = list.item(i).at("case");
    const std::string name = id.text();
    // Ids travel one a line, and to terminals.
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
    if (name.empty() || std::any_of(name.begin(), name.end(), is_control))
      id.refuse("a case's name must not be empty or hold control characters");
    if (!seen.insert(name).second) id.refuse("the case " + name + " is listed twice");
    cases.push_back(list.item(i).about(name));
  }
  return cases;
}

CaseFacts read_facts(const Node& object) {
  CaseFacts facts;
  facts.id = object.at("case").text();
  facts.bytes = read_count(object, "bytes");
  facts.flops = read_count(object, "flops");
  facts.peak_memory_bytes = read_count(object, "peak_memory_bytes");
  facts.l2 = read_choice(object, "l2", {"cold", "warm"});
  facts.timed_by = read_choice(object, "timed_by", {"host", kByProcess});
  facts.kernels = read_text(object, "kernels");
  facts.definition = read_text(object, "definition");
  facts.source = read_text(object, "source");
  facts.batch = read_count(object, "batch", 1);
  if (facts.batch == 0) object.at("batch").refuse("expected at least 1 call in an interval");
  facts.handicap_percent = read_number(object, "handicap_percent");
  return facts;
}

void require_explained(const Node& object, bool has_launches, const std::vector<Failure>& failures,
                       const std::vector<std::string>& warnings) {
  if (!has_launches && failures.empty() && warnings.empty())
    object.at("launches").refuse("no launches, and no failure or warning says why; measure the case again");
}

}  // namespace ratchet::documents
