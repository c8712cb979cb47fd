#include <cmath>

#include "ratchet/error.h"
#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

double finite(double value, const std::string& what) {
  if (!std::isfinite(value)) throw Error("cannot write " + what + ": it is not a finite number; measure again");
  return value;
}

void put_object(Json& object, const char* key, Json member) {
  if (!member.empty()) object[key] = std::move(member);
}

Json device_json(const Device& device) {
  Json json = Json::object();
  put(json, "kind", device.kind);
  put(json, "name", device.name);
  put(json, "uuid", device.uuid);
  put(json, "compute_capability", device.compute_capability);
  put(json, "memory_bytes", device.memory_bytes);
  put(json, "l2_bytes", device.l2_bytes);
  put(json, "peak_bandwidth_bytes_per_s", device.peak_bandwidth_bytes_per_s);
  return json;
}

Json reading_json(const Telemetry& reading) {
  Json json = {{"launch", reading.launch}};
  put(json, "sm_clock_mhz", reading.sm_clock_mhz);
  put(json, "memory_clock_mhz", reading.memory_clock_mhz);
  put(json, "temperature_c", reading.temperature_c);
  put(json, "power_w", reading.power_w);
  put(json, "energy_j", reading.energy_j);
  Json throttled = Json::object();
  put(throttled, "power", reading.throttled_power_ns);
  put(throttled, "thermal", reading.throttled_thermal_ns);
  put(throttled, "hardware", reading.throttled_hardware_ns);
  put_object(json, "throttled_ns", std::move(throttled));
  Json sentinel = Json::object();
  put(sentinel, "copy", reading.sentinel_copy_ns);
  put(sentinel, "fma", reading.sentinel_fma_ns);
  put_object(json, "sentinel_ns", std::move(sentinel));
  Json ceilings = Json::object();
  put(ceilings, "copy_bytes_per_s", reading.copy_bytes_per_s);
  put(ceilings, "tensor_flops_per_cycle", reading.tensor_flops_per_cycle);
  put_object(json, "ceilings", std::move(ceilings));
  Json floor = Json::object();
  put(floor, "launch", reading.null_launch_ns);
  put(floor, "interval", reading.interval_overhead_ns);
  put_object(json, "floor_ns", std::move(floor));
  Json others = Json::object();
  put(others, "busy_percent", reading.busy_percent);
  put(others, "processes_before", reading.processes_before);
  put(others, "processes_after", reading.processes_after);
  put_object(json, "others", std::move(others));
  Json modes = Json::object();
  put(modes, "ecc", reading.modes.ecc);
  put(modes, "mig", reading.modes.mig);
  put(modes, "persistence", reading.modes.persistence);
  put(modes, "compute_mode", reading.modes.compute_mode);
  put(modes, "power_limit_w", reading.modes.power_limit_w);
  put(modes, "highest_sm_clock_mhz", reading.modes.highest_sm_clock_mhz);
  put_object(json, "modes", std::move(modes));
  return json;
}

std::string compact(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

void put(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

void put(Json& object, const char* key, const std::vector<std::string>& values) {
  if (!values.empty()) object[key] = values;
}

void put(Json& object, const char* key, std::uint64_t value) {
  if (value != 0) object[key] = value;
}

void put(Json& object, const char* key, double value) {
  if (value != 0) object[key] = finite(value, key);
}

void put(Json& object, const char* key, const Commit& commit) {
  Json json = Json::object();
  put(json, "sha", commit.sha);
  put(json, "tree", commit.tree);
  put(json, "parents", commit.parents);
  put(json, "subject", commit.subject);
  put(json, "time", commit.time);
  if (commit.dirty || !json.empty()) json["dirty"] = commit.dirty;
  put_object(object, key, std::move(json));
}

// Present but empty is written too: "measured somewhere unknown" is not "nothing is said of it".
void put(Json& object, const char* key, const std::optional<Environment>& environment) {
  if (!environment) return;
  Json json = Json::object();
  put_object(json, "device", device_json(environment->device));
  put(json, "driver", environment->driver);
  put(json, "cuda_runtime", environment->cuda_runtime);
  put(json, "cpu", environment->cpu);
  put(json, "os", environment->os);
  put(json, "clock_policy", environment->clock_policy);
  put(json, "timer_tick_ns", environment->timer_tick_ns);
  object[key] = std::move(json);
}

void put(Json& object, const char* key, const std::optional<Check>& check) {
  if (!check) return;
  Json json = {{"verified", check->verified}};
  const bool leave_out = !check->verified;  // a wrong answer may be infinitely wrong, and JSON cannot say so
  if (!leave_out || std::isfinite(check->rel_l2)) json["rel_l2"] = finite(check->rel_l2, "rel_l2");
  if (!leave_out || std::isfinite(check->row_error)) json["row_error"] = finite(check->row_error, "row_error");
  object[key] = std::move(json);
}

void put(Json& object, const char* key, const std::vector<Failure>& failures) {
  Json list = Json::array();
  for (const Failure& failure : failures) {
    Json json = {{"kind", failure.kind}};
    put(json, "side", failure.side);
    put(json, "message", failure.message);
    list.push_back(std::move(json));
  }
  put_object(object, key, std::move(list));
}

void put(Json& object, const char* key, const std::vector<Telemetry>& telemetry) {
  Json list = Json::array();
  for (const Telemetry& reading : telemetry) list.push_back(reading_json(reading));
  put_object(object, key, std::move(list));
}

Json facts_json(const CaseFacts& facts) {
  Json json = {{"case", facts.id}, {"unit", "ns"}};
  put(json, "bytes", facts.bytes);
  put(json, "flops", facts.flops);
  put(json, "peak_memory_bytes", facts.peak_memory_bytes);
  put(json, "l2", facts.l2);
  put(json, "definition", facts.definition);
  put(json, "source", facts.source);
  json["batch"] = facts.batch;
  put(json, "handicap_percent", facts.handicap_percent);
  put(json, "timed_by", facts.timed_by);
  put(json, "kernels", facts.kernels);
  return json;
}

Json times_json(const std::vector<double>& times_ns, const std::string& case_id) {
  Json list = Json::array();
  for (const double time_ns : times_ns) list.push_back(finite(time_ns, "a time of " + case_id));
  return list;
}

std::string lay_out(const Json& document) {
  std::string text = "{";
  for (const auto& member : document.items()) {
    text += (text.size() == 1 ? "\n  " : ",\n  ") + compact(member.key()) + ": ";
    const Json& value = member.value();
    if (!value.is_array() || value.empty() || !value.front().is_object()) {
      text += compact(value);
      continue;
    }
    for (std::size_t i = 0; i < value.size(); ++i) text += (i == 0 ? "[\n    " : ",\n    ") + compact(value[i]);
    text += "\n  ]";
  }
  return text + "\n}\n";
}

}  // namespace ratchet::documents
