#include "src/importers/formats.h"
#include "src/importers/json_text.h"

namespace ratchet::importers {
namespace {

using documents::Node;

bool fits(std::string_view text) { return has_keys(text, {"primaryMetric", "benchmark", "mode"}); }

double score_unit_ns(const Node& unit) {
  const std::string name = unit.text();
  if (name == "ns/op") return 1;
  if (name == "us/op") return 1e3;
  if (name == "ms/op") return 1e6;
  if (name == "s/op") return 1e9;
  unit.refuse("expected a time per operation, found \"" + name.substr(0, 40) + "\"; measure with -bm avgt");
}

// A fork is a process, and so a launch.
Measurement measurement_of(const Node& item) {
  Measurement measured;
  measured.facts.id = case_name(item.at("benchmark").text(), parameters_of(item, "params"));
  const Node metric = item.about(measured.facts.id).at("primaryMetric");
  const double unit = score_unit_ns(metric.at("scoreUnit"));
  const auto forks = metric.find("rawData");
  if (!forks) metric.refuse("no rawData: modes that keep a histogram are not read; measure with -bm avgt");
  for (std::size_t i = 0; i < forks->size(); ++i) measured.launches.push_back(forks->item(i).times_ns(unit));
  return measured;
}

Reading read_text(const Source& source) {
  const documents::Json document = documents::parse(source.text, source.name);
  const Node list(document, source.name);
  Run run;
  run.tool = "JMH";
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i == 0) run.tool.append(" ").append(text_or_empty(list.item(i), "jmhVersion"));
    run.measurements.push_back(measurement_of(list.item(i)));
  }
  return {{run}, {"each time is the mean of an iteration"}};
}

}  // namespace

Adapter jmh() { return {"jmh", "JMH (-bm avgt -rf json -rff FILE); forks are launches", fits, read_text}; }

}  // namespace ratchet::importers
