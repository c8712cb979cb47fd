#include "src/importers/formats.h"
#include "src/importers/json_text.h"

namespace ratchet::importers {
namespace {

using documents::Node;

bool fits(std::string_view text) { return has_keys(text, {"latency", "value"}); }

Reading read_text(const Source& source) {
  const documents::Json document = documents::parse(source.text, source.name);
  const Node root(document, source.name);
  Run run;
  run.tool = "Bencher Metric Format";
  for (const std::string& name : root.keys()) {
    Measurement measured;
    measured.facts.id = name;
    const Node benchmark = root.at(name.c_str()).about(name);
    const auto latency = benchmark.find("latency");
    if (!latency) benchmark.refuse("it has no measure \"latency\" (ns); only times are imported");
    measured.launches.push_back({latency->at("value").number()});
    measured.warnings.emplace_back("one number: the format has no samples");
    run.measurements.push_back(std::move(measured));
  }
  return {{run}, {"one number a benchmark, from an unknown number of calls; import several files as launches"}};
}

}  // namespace

Adapter bencher() { return {"bmf", "Bencher Metric Format, its measure `latency` (ns)", fits, read_text}; }

}  // namespace ratchet::importers
