#include <fmt/format.h>

#include "ratchet/summary.h"
#include "src/documents/node.h"
#include "src/exporters/exporter.h"

namespace ratchet::exporters {
namespace {

using documents::Json;

struct Line {
  const Measurement& measured;
  SideSummary summary;
};

std::vector<Line> lines_of(const Run& run) {
  MedianBootstraps bootstraps;
  std::vector<Line> lines;
  for (const Measurement& measured : run.measurements) {
    if (!measured.launches.empty())
      lines.push_back({measured, summarize(measured.launches, measured.facts.bytes, run.commit.sha, bootstraps)});
  }
  return lines;
}

// Names come from elsewhere: what is not UTF-8 becomes U+FFFD instead of an exception.
std::string text_of(const Json& document) {
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string bmf(const Run& run) {
  Json document = Json::object();
  for (const auto& [measured, summary] : lines_of(run)) {
    document[measured.facts.id] = {
        {"latency",
         {{"value", summary.median_ns}, {"lower_value", summary.ci_ns.low}, {"upper_value", summary.ci_ns.high}}}};
  }
  return text_of(document);
}

std::string extra_of(const Line& line) {
  return fmt::format("{} launches, {} samples", line.summary.launches, line.summary.samples);
}

std::string latencies(const Run& run) {
  Json list = Json::array();
  for (const Line& line : lines_of(run)) {
    const SideSummary& summary = line.summary;
    list.push_back({{"name", line.measured.facts.id},
                    {"unit", "ns"},
                    {"value", summary.median_ns},
                    {"range", fmt::format("[{}, {}]", summary.ci_ns.low, summary.ci_ns.high)},
                    {"extra", extra_of(line)}});
  }
  return text_of(list);
}

std::string bandwidths(const Run& run) {
  Json list = Json::array();
  for (const Line& line : lines_of(run)) {
    const double bytes = static_cast<double>(line.measured.facts.bytes);
    const Interval& ci = line.summary.ci_ns;
    if (!(bytes > 0)) continue;
    list.push_back({{"name", line.measured.facts.id},
                    {"unit", "GB/s"},
                    {"value", line.summary.bandwidth_gb_per_s},
                    {"range", fmt::format("[{}, {}]", bytes / ci.high, bytes / ci.low)},
                    {"extra", extra_of(line)}});
  }
  return text_of(list);
}

std::string label(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string openmetrics(const Run& run) {
  const std::string device = run.environment ? run.environment->device.name : "";
  std::string times;
  std::string rates;
  for (const auto& [measured, summary] : lines_of(run)) {
    const std::string labels = fmt::format("{{case=\"{}\",device=\"{}\",commit=\"{}\"}}", label(measured.facts.id),
                                           label(device), label(run.commit.sha));
    times += fmt::format("ratchet_latency_seconds{} {}\n", labels, summary.median_ns / 1e9);
    if (measured.facts.bytes > 0)
      rates += fmt::format("ratchet_bandwidth_bytes_per_second{} {}\n", labels, summary.bandwidth_gb_per_s * 1e9);
  }
  return "# TYPE ratchet_latency_seconds gauge\n# UNIT ratchet_latency_seconds seconds\n"
         "# HELP ratchet_latency_seconds Median of the launches' medians, per call.\n" +
         times +
         "# TYPE ratchet_bandwidth_bytes_per_second gauge\n# UNIT ratchet_bandwidth_bytes_per_second "
         "bytes_per_second\n# HELP ratchet_bandwidth_bytes_per_second Bytes of the algorithm over the latency.\n" +
         rates + "# EOF\n";
}

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted(1, '"');
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

// Every sample, as `ratchet import` reads it back.
std::string csv(const Run& run) {
  std::string text = "case,launch,time_ns,bytes\r\n";
  for (const Measurement& measured : run.measurements) {
    for (std::size_t i = 0; i < measured.launches.size(); ++i) {
      for (const double time_ns : measured.launches[i])
        text += fmt::format("{},{},{},{}\r\n", field(measured.facts.id), i, time_ns, measured.facts.bytes);
    }
  }
  return text;
}

}  // namespace

const std::vector<RunFormat>& run_formats() {
  static const std::vector<RunFormat> all{
      {"bmf", "Bencher Metric Format: latency in ns", bmf},
      {"github-action-benchmark", "latencies, for its tool customSmallerIsBetter", latencies},
      {"github-action-benchmark-bandwidth", "bandwidths, for its tool customBiggerIsBetter", bandwidths},
      {"openmetrics", "gauges for Prometheus", openmetrics},
      {"csv", "every sample", csv}};
  return all;
}

}  // namespace ratchet::exporters
