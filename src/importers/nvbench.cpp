#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "src/importers/formats.h"
#include "src/importers/json_text.h"

namespace ratchet::importers {
namespace {

using documents::Node;

constexpr double kSecondNs = 1e9;
constexpr const char* kClocks = "nv/json/freqs-bin:nv/cold/sample_freqs";

// What a state is timed by says how its summaries are called; it has those of one.
struct Tags {
  const char* times;
  const char* mean;
  const char* rate;
};
constexpr Tags kGpu{"nv/json/bin:nv/cold/sample_times", "nv/cold/time/gpu/mean", "nv/cold/bw/global/bytes_per_second"};
constexpr Tags kCpu{"nv/json/bin:nv/cpu_only/sample_times", "nv/cpu_only/time/cpu/mean",
                    "nv/cpu_only/bw/global/bytes_per_second"};

bool fits(std::string_view text) { return has_keys(text, {"benchmarks", "states", "devices"}); }

// A named value of a list [{name, type, value}]; none when absent or null, as an infinite noise is.
std::optional<Node> named(const Node& list, const char* name) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list.item(i).at("name").text() == name) return list.item(i).find("value");
  return std::nullopt;
}

std::optional<Node> summary(const Node& state, const char* tag) {
  const auto list = state.find("summaries");
  for (std::size_t i = 0; list && i < list->size(); ++i)
    if (list->item(i).at("tag").text() == tag) return list->item(i).at("data");
  return std::nullopt;
}

std::optional<double> value_of(const Node& state, const char* tag) {
  const auto data = summary(state, tag);
  const auto value = data ? named(*data, "value") : std::nullopt;
  return value ? std::optional(number_of(*value)) : std::nullopt;
}

// The file of samples that a summary names: little-endian 32-bit floats, as many as it says.
std::vector<double> samples_in(const Node& data, const Companion& companion) {
  const auto file = named(data, "filename");
  const auto size = named(data, "size");
  if (!file || !size) data.refuse("expected a filename and a size");
  const std::string bytes = companion(file->text());
  const double count = number_of(*size);
  if (bytes.size() % sizeof(float) != 0 || count != static_cast<double>(bytes.size() / sizeof(float)))
    file->refuse("the file has " + std::to_string(bytes.size()) +
                 " bytes, which is not 4 for each of the samples that it is said to hold");
  std::vector<double> samples;
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < sizeof word; ++k)
      word |= std::uint32_t{static_cast<unsigned char>(bytes[i + k])} << (8 * k);
    samples.push_back(static_cast<double>(std::bit_cast<float>(word)));
  }
  return samples;
}

// "copy/T=F32,n=1024": the axes in the order of the file.
std::string name_of(const std::string& benchmark, const Node& state) {
  Parameters parameters;
  const auto axes = state.find("axis_values");
  for (std::size_t i = 0; axes && i < axes->size(); ++i) {
    const Node value = axes->item(i).at("value");
    parameters.emplace_back(axes->item(i).at("name").text(),
                            value.is_text() ? value.text() : std::to_string(value.number()));
  }
  return case_name(benchmark, parameters);
}

const Tags& tags_of(const Node& state) {
  return summary(state, kCpu.times) || summary(state, kCpu.mean) ? kCpu : kGpu;
}

void take_samples(Measurement& measured, const Node& state, const Companion& companion) {
  const Tags& tags = tags_of(state);
  if (const auto times = summary(state, tags.times); times && companion) {
    std::vector<double> samples = samples_in(*times, companion);
    for (double& time : samples) time *= kSecondNs;
    measured.launches.push_back(std::move(samples));
  } else if (const auto mean = value_of(state, tags.mean)) {
    measured.launches.push_back({*mean * kSecondNs});
    measured.warnings.emplace_back("one number, the mean of its samples: write them with --jsonbin FILE");
  } else if (const auto batch = value_of(state, "nv/batch/time/gpu/mean")) {
    measured.launches.push_back({*batch * kSecondNs});
    measured.warnings.emplace_back("one number, the mean of a batch");
  } else {
    state.refuse("it has neither samples nor a mean of GPU or CPU times");
  }
}

// Bytes of one call, from the rate over the mean time; whole up to the digits that NVBench keeps.
std::uint64_t bytes_per_call(const Node& state) {
  const auto rate = value_of(state, tags_of(state).rate);
  const auto mean = value_of(state, tags_of(state).mean);
  const double bytes = rate && mean ? std::round(*rate * *mean) : 0;
  return bytes >= 1 && bytes < 9e15 ? static_cast<std::uint64_t>(bytes) : 0;
}

Measurement measurement_of(const Node& state, const std::string& name, const Companion& companion) {
  Measurement measured;
  measured.facts.id = name;
  const auto skipped = state.find("is_skipped");
  if (skipped && skipped->flag()) {
    measured.failures.push_back({kUnavailable, "", "skipped: " + text_or_empty(state, "skip_reason")});
    return measured;
  }
  take_samples(measured, state, companion);
  measured.facts.bytes = bytes_per_call(state);
  measured.facts.l2 = summary(state, kGpu.mean) ? "cold" : "";
  if (const auto clocks = summary(state, kClocks); clocks && companion) {
    const std::vector<double> hertz = samples_in(*clocks, companion);
    if (!hertz.empty())
      measured.sm_clock_mhz =
          std::accumulate(hertz.begin(), hertz.end(), 0.0) / static_cast<double>(hertz.size()) / 1e6;
  } else if (const auto clock = value_of(state, "nv/cold/sm_clock_rate/mean")) {
    measured.sm_clock_mhz = *clock / 1e6;
  }
  return measured;
}

// 890 is 8.9.
std::string capability_of(const Node& sm_version) {
  const double version = number_of(sm_version);
  if (!(version >= 100 && version < 100000)) sm_version.refuse("expected a version such as 890");
  const int tenths = static_cast<int>(version) / 10;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

Environment environment_of(const Node& device) {
  Environment environment;
  environment.device.kind = "cuda";
  environment.device.name = device.at("name").text();
  environment.device.compute_capability = capability_of(device.at("sm_version"));
  const auto amount = [&](const char* key) {
    const auto node = device.find(key);
    const double value = node ? number_of(*node) : 0;
    return value > 0 && value < 9e15 ? static_cast<std::uint64_t>(value) : 0;
  };
  environment.device.memory_bytes = amount("global_memory_size");
  environment.device.l2_bytes = amount("l2_cache_size");
  environment.device.peak_bandwidth_bytes_per_s = static_cast<double>(amount("global_memory_bus_bandwidth"));
  return environment;
}

// A run a device that measured something; no device: states of the CPU.
using DeviceRuns = std::map<std::optional<std::uint64_t>, Run>;

Run& run_on(DeviceRuns& runs, const Node& root, const Node& state) {
  const auto device = state.find("device");
  const auto id = device ? std::optional(device->count()) : std::nullopt;
  const auto [at, is_new] = runs.try_emplace(id);
  if (!is_new || !device) return at->second;
  const Node devices = root.at("devices");
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices.item(i).at("id").count() == *id) at->second.environment = environment_of(devices.item(i));
  }
  if (!at->second.environment) device->refuse("there is no device of this id in the file");
  return at->second;
}

std::string tool_of(const Node& root) {
  const auto meta = root.find("meta");
  const auto version = meta ? meta->find("version") : std::nullopt;
  const auto nvbench = version ? version->find("nvbench") : std::nullopt;
  return nvbench ? "NVBench " + text_or_empty(*nvbench, "string") : "NVBench";
}

Reading read_text(const Source& source) {
  const documents::Json document = documents::parse(source.text, source.name);
  const Node root(document, source.name);
  const Node benchmarks = root.at("benchmarks");
  DeviceRuns runs;
  for (std::size_t i = 0; i < benchmarks.size(); ++i) {
    const Node benchmark = benchmarks.item(i);
    const auto states = benchmark.find("states");
    for (std::size_t k = 0; states && k < states->size(); ++k) {
      const std::string name = name_of(benchmark.at("name").text(), states->item(k));
      const Node state = states->item(k).about(name);
      run_on(runs, root, state).measurements.push_back(measurement_of(state, name, source.companion));
    }
  }
  Reading reading;
  for (auto& [id, run] : runs) {
    run.tool = tool_of(root);
    reading.runs.push_back(std::move(run));
  }
  reading.lacks.emplace_back("driver, CUDA version and clocks of the device are not in the file");
  if (reading.runs.size() > 1 && !reading.runs.front().environment)
    reading.lacks.emplace_back("the CPU of its CPU states is not named in the file: --device names that, and no GPU");
  return reading;
}

}  // namespace

Adapter nvbench() { return {"nvbench", "NVBench (--jsonbin FILE, or --json FILE)", fits, read_text}; }

}  // namespace ratchet::importers
