#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "src/importers/formats.h"
#include "src/importers/json_text.h"

namespace ratchet::importers {
namespace {

using documents::Node;

// The rows of one benchmark: its repetitions, or only what was computed from them.
struct Rows {
  std::string name;
  std::vector<Node> iterations;
  std::map<std::string, Node> aggregates;
};

bool fits(std::string_view text) { return has_keys(text, {"context", "benchmarks"}); }

std::vector<Rows> grouped(const Node& list) {
  std::vector<Rows> groups;
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string name = list.item(i).at("run_name").text();
    const Node row = list.item(i).about(name);
    const auto [at, is_new] = index.try_emplace(name, groups.size());
    if (is_new) groups.push_back({name, {}, {}});
    const std::string type = row.at("run_type").text();
    if (type == "iteration") {
      groups[at->second].iterations.push_back(row);
    } else if (type == "aggregate") {
      groups[at->second].aggregates.emplace(row.at("aggregate_name").text(), row);
    } else {
      row.at("run_type").refuse("expected \"iteration\" or \"aggregate\"");
    }
  }
  return groups;
}

// Two registrations of one name would be mixed into one case; their repetitions count from 0 again.
void require_one_benchmark(const std::vector<Node>& rows) {
  std::set<std::uint64_t> seen;
  for (const Node& row : rows) {
    const auto index = row.find("repetition_index");
    if (!index && rows.size() > 1) row.refuse("two rows of one name, and no repetition_index tells them apart");
    if (index && !seen.insert(index->count()).second)
      index->refuse("repetition " + std::to_string(index->count()) + " is there twice: two benchmarks have this name");
  }
}

bool flagged(const Node& row, const char* key) {
  const auto flag = row.find(key);
  return flag && flag->flag();
}

double time_ns(const Node& row, const char* key) { return row.at(key).number() * unit_ns(row.at("time_unit")); }

// bytes_per_second is over the time that the benchmark is measured by. Threads add their bytes up, but not their times.
std::uint64_t bytes_per_call(const Node& row, const std::string& name) {
  const auto rate = row.find("bytes_per_second");
  const auto threads = row.find("threads");
  if (!rate || (threads && threads->count() != 1)) return 0;
  const bool by_wall = name.find("/real_time") != std::string::npos || name.find("/manual_time") != std::string::npos;
  const double bytes = rate->number() * time_ns(row, by_wall ? "real_time" : "cpu_time") / 1e9;
  const double whole = std::round(bytes);
  const bool exact = whole >= 1 && whole < 9e15 && std::abs(bytes - whole) < 1e-6 * whole;
  return exact ? static_cast<std::uint64_t>(whole) : 0;
}

Measurement measurement_of(const Rows& rows) {
  Measurement measured;
  measured.facts.id = rows.name;
  require_one_benchmark(rows.iterations);
  std::vector<double> samples;
  std::set<std::uint64_t> bytes;
  for (const Node& row : rows.iterations) {
    if (flagged(row, "error_occurred")) {
      measured.failures.push_back({"module_error", "", text_or_empty(row, "error_message")});
    } else if (flagged(row, "skipped")) {
      measured.failures.push_back({kUnavailable, "", text_or_empty(row, "skip_message")});
    } else {
      samples.push_back(time_ns(row, "real_time"));
      bytes.insert(bytes_per_call(row, rows.name));
    }
  }
  if (rows.iterations.empty()) {
    const auto median = rows.aggregates.find("median");
    if (median == rows.aggregates.end()) rows.aggregates.begin()->second.refuse("no repetitions and no median of them");
    samples.push_back(time_ns(median->second, "real_time"));
    measured.warnings.emplace_back(
        "one number, the median of the repetitions: run without --benchmark_report_aggregates_only");
  }
  if (bytes.size() == 1) measured.facts.bytes = *bytes.begin();
  if (!samples.empty()) measured.launches.push_back(std::move(samples));
  return measured;
}

Reading read_text(const Source& source) {
  const documents::Json document = documents::parse(source.text, source.name);
  const Node root(document, source.name);
  Run run;
  const Node context = root.at("context");
  run.started_at = time_or_empty(text_or_empty(context, "date"));
  run.tool = "Google Benchmark";
  if (const std::string version = text_or_empty(context, "library_version"); !version.empty())
    run.tool += " " + version;
  bool repeated = false;
  for (const Rows& rows : grouped(root.at("benchmarks"))) {
    run.measurements.push_back(measurement_of(rows));
    repeated |= rows.iterations.size() > 1;
  }
  Reading reading{{run}, {"each time is the mean of many calls (real_time): their own scatter is not told"}};
  if (!repeated) reading.lacks.emplace_back("one repetition of each benchmark: run with --benchmark_repetitions=20");
  return reading;
}

}  // namespace

Adapter google_benchmark() {
  return {"google-benchmark", "Google Benchmark (--benchmark_out=FILE --benchmark_repetitions=20)", fits, read_text};
}

}  // namespace ratchet::importers
