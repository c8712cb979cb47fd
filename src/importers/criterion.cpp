#include <algorithm>

#include "ratchet/error.h"
#include "src/importers/formats.h"
#include "src/importers/json_text.h"

namespace ratchet::importers {
namespace {

using documents::Json;
using documents::Node;

bool is_message_stream(std::string_view text) { return has_keys(text, {"reason", "iteration_count"}); }

bool fits(std::string_view text) { return is_message_stream(text) || has_keys(text, {"full_id", "directory_name"}); }

// Each sample is the total of so many calls.
std::vector<double> per_call(const Node& calls, const Node& totals, double unit) {
  std::vector<double> samples = totals.times_ns(unit);
  if (calls.size() != samples.size()) calls.refuse("as many counts of calls as times are expected");
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double count = calls.item(i).number();
    if (!(count >= 1)) calls.item(i).refuse("expected at least one call");
    samples[i] /= count;
  }
  return samples;
}

std::uint64_t bytes_of(const Node& throughput) {
  const auto bytes = throughput.find("Bytes");
  return bytes ? bytes->count() : 0;
}

// <target>/criterion/<benchmark>/new/benchmark.json, with its samples in sample.json beside it.
Measurement from_folder(const Node& benchmark, const Companion& companion) {
  Measurement measured;
  measured.facts.id = benchmark.at("full_id").text();
  if (!companion) benchmark.refuse("its samples are in sample.json beside it, which cannot be read from here");
  const std::string text = companion("sample.json");
  const Json document = documents::parse(text, "sample.json");
  const Node sample(document, "sample.json");
  measured.launches.push_back(per_call(sample.at("iters"), sample.at("times"), 1));
  if (const auto throughput = benchmark.find("throughput")) measured.facts.bytes = bytes_of(*throughput);
  return measured;
}

Measurement from_message(const Node& message) {
  Measurement measured;
  measured.facts.id = message.at("id").text();
  const Node about = message.about(measured.facts.id);
  measured.launches.push_back(
      per_call(about.at("iteration_count"), about.at("measured_values"), unit_ns(about.at("unit"))));
  const auto throughput = about.find("throughput");
  for (std::size_t i = 0; throughput && i < throughput->size(); ++i) {
    const Node item = throughput->item(i);
    if (text_or_empty(item, "unit") == "bytes") measured.facts.bytes = item.at("per_iteration").count();
  }
  return measured;
}

// One JSON object a line.
std::vector<Measurement> from_stream(std::string_view text, const std::string& file) {
  std::vector<Measurement> measurements;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string place = file + ":" + std::to_string(number);
    const Json document = documents::parse(line, place);
    const Node message(document, place);
    if (message.at("reason").text() == "benchmark-complete") measurements.push_back(from_message(message));
  }
  return measurements;
}

Reading read_text(const Source& source) {
  Run run;
  run.tool = "criterion.rs";
  if (is_message_stream(source.text)) {
    run.measurements = from_stream(source.text, source.name);
  } else {
    const Json document = documents::parse(source.text, source.name);
    run.measurements.push_back(from_folder(Node(document, source.name), source.companion));
  }
  return {{run}, {"each time is the mean of its calls, and the calls of one process"}};
}

}  // namespace

Adapter criterion() {
  return {"criterion", "criterion.rs (target/criterion/*/new/benchmark.json, or cargo criterion --message-format=json)",
          fits, read_text};
}

}  // namespace ratchet::importers
