#include "src/importers/formats.h"
#include "src/importers/json_text.h"

namespace ratchet::importers {
namespace {

using documents::Node;

constexpr double kSecondNs = 1e9;

bool fits(std::string_view text) { return has_keys(text, {"results", "command", "mean"}); }

// Runs that failed, of which hyperfine keeps the times when told to go on (--ignore-failure). null: ended by a signal.
std::size_t failed_runs(const Node& result) {
  const auto codes = result.find("exit_codes");
  std::size_t failed = 0;
  for (std::size_t i = 0; codes && i < codes->size(); ++i) {
    if (codes->item(i).is_null() || codes->item(i).number() != 0) ++failed;
  }
  return failed;
}

Measurement measurement_of(const Node& item) {
  Measurement measured;
  // With --command-name the parameters may be all that differs.
  measured.facts.id = case_name(item.at("command").text(), parameters_of(item, "parameters"));
  const Node result = item.about(measured.facts.id);
  if (const std::size_t failed = failed_runs(result); failed > 0) {
    measured.failures.push_back({"crashed", "", std::to_string(failed) + " runs had an exit code other than 0"});
  } else if (const auto times = result.find("times")) {
    measured.launches.push_back(times->times_ns(kSecondNs));
  } else {
    measured.launches.push_back({result.at("median").number() * kSecondNs});
    measured.warnings.emplace_back("one number, the median of the runs: this file has no list of times");
  }
  return measured;
}

Reading read_text(const Source& source) {
  const documents::Json document = documents::parse(source.text, source.name);
  const Node results = Node(document, source.name).at("results");
  Run run;
  run.tool = "hyperfine";
  for (std::size_t i = 0; i < results.size(); ++i) run.measurements.push_back(measurement_of(results.item(i)));
  return {{run}, {"the times include starting the process and, without -N, a shell"}};
}

}  // namespace

Adapter hyperfine() { return {"hyperfine", "hyperfine (--export-json FILE)", fits, read_text}; }

}  // namespace ratchet::importers
