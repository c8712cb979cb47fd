#include "src/report/trend_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "ratchet/statistics.h"
#include "ratchet/summary.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

using history::Beside;
using history::Metric;
using history::Point;
using history::Series;

std::string shorten(const std::string& sha) { return sha.substr(0, 10); }

std::string commit_label(const Commit& commit) { return shorten(commit.sha) + (commit.dirty ? "+dirty" : ""); }

std::string shown(const std::optional<double>& ratio) { return ratio ? percent(*ratio) : "-"; }

std::string value_text(Metric metric, double value) {
  switch (metric) {
    case Metric::Latency:
      return time(value);
    case Metric::Bandwidth:
      return bandwidth(value);
    case Metric::Memory:
      return memory(value);
    case Metric::Energy:
      return energy(value);
  }
  return "";
}

const char* title_of(Metric metric) {
  return std::array{"median", "bandwidth", "peak memory", "energy"}[static_cast<std::size_t>(metric)];
}

// The larger of the two sums, with the sign of its direction.
std::string sum_text(const std::optional<Beside>& of) {
  if (!of || !of->sums) return "-";
  const bool slower = of->sums->slower >= of->sums->faster;
  const double sum = slower ? of->sums->slower : of->sums->faster;
  return sum == 0 ? "0" : fmt::format("{}{:.1f}", slower ? "+" : "-", sum);
}

std::string drift_text(const Drift& drift) {
  return (drift.slower ? "drift since " : "faster since ") + shorten(drift.since);
}

// More of it is worse, but for the bandwidth.
Tint tint_of(Metric metric, double log_change) {
  return (log_change > 0) == (metric != Metric::Bandwidth) ? Tint::Bad : Tint::Good;
}

Tint tint_of(Verdict verdict) {
  if (verdict == Verdict::Regressed || verdict == Verdict::Invalid) return Tint::Bad;
  if (verdict == Verdict::Improved) return Tint::Good;
  return verdict == Verdict::Held || verdict == Verdict::Identical ? Tint::Plain : Tint::Doubt;
}

// What a reader must not overlook at this commit; the tint is that of the first.
Cell mark(const Series& series, const Point& point) {
  Cell cell;
  const auto add = [&](const std::string& text, Tint tint) {
    if (cell.text.empty()) cell.tint = tint;
    cell.text += (cell.text.empty() ? "" : "; ") + text;
  };
  if (point.change)
    add("new level " + percent(std::expm1(point.change->log_change())),
        tint_of(series.metric, point.change->log_change()));
  if (point.beside && point.beside->sums && point.beside->sums->drift) {
    const Drift& drift = *point.beside->sums->drift;
    add(drift_text(drift), drift.slower ? Tint::Bad : Tint::Good);
  }
  if (!point.other_device.empty()) add("on another device: " + point.other_device, Tint::Doubt);
  for (const std::string& what : point.breaks) add("break: " + what, Tint::Doubt);
  if (point.accepted) add("accepted: " + point.accepted->reason, Tint::Doubt);
  return cell;
}

std::vector<Column> columns_of(Metric metric) {
  std::vector<Column> columns{{"commit"}, {"started"}, {title_of(metric), Align::Right}};
  if (metric == Metric::Latency || metric == Metric::Bandwidth) columns.push_back({"95 % interval", Align::Right});
  if (metric == Metric::Latency) columns.push_back({"bandwidth", Align::Right});
  for (const char* title : {"to previous", "to baseline", "side by side", "CUSUM"})
    columns.push_back({title, Align::Right});
  for (const char* title : {"verdict", "mark", "subject"}) columns.push_back({title});
  return columns;
}

std::vector<Cell> row_of(const Series& series, const Point& point) {
  std::vector<Cell> row{
      {commit_label(point.run.commit)}, {point.run.started_at}, {value_text(series.metric, point.value)}};
  if (point.ci)
    row.push_back({value_text(series.metric, point.ci->low) + " .. " + value_text(series.metric, point.ci->high)});
  if (series.metric == Metric::Latency)
    row.push_back({bandwidth(bandwidth_gb_per_s(point.run.facts.bytes, point.value))});
  row.push_back({shown(point.to_previous)});
  row.push_back({shown(point.to_baseline)});
  row.push_back({point.beside ? percent(point.beside->change) : "-"});
  row.push_back({sum_text(point.beside)});
  row.push_back(point.judgement ? Cell{to_string(point.judgement->verdict), tint_of(point.judgement->verdict)}
                                : Cell{"-"});
  row.push_back(mark(series, point));
  row.push_back({point.run.commit.subject.substr(0, 60)});
  return row;
}

constexpr double kLeastChance = 1e-12;  // smaller ones are beyond what the test's assumptions bear

std::string change_text(const Series& series, const Point& point) {
  const ChangePoint& change = *point.change;
  return fmt::format("new level at {}: {} -> {} ({}); unchanged code shows one as clear with a chance of at most {}",
                     shorten(point.run.commit.sha), value_text(series.metric, std::exp(change.old_level)),
                     value_text(series.metric, std::exp(change.new_level)), percent(std::expm1(change.log_change())),
                     probability(std::max(change.false_chance, kLeastChance)));
}

}  // namespace

std::string sparkline(const std::vector<double>& values, const std::vector<std::size_t>& breaks) {
  if (values.empty()) return "";
  constexpr std::array<const char*, 8> kBlocks{"\u2581", "\u2582", "\u2583", "\u2584",
                                               "\u2585", "\u2586", "\u2587", "\u2588"};
  const std::size_t sparks = std::min(values.size(), kSparks);
  std::vector<double> heights;
  std::vector<bool> gaps;
  for (std::size_t i = 0; i < sparks; ++i) {
    const std::size_t begin = i * values.size() / sparks;
    const std::size_t end = (i + 1) * values.size() / sparks;
    heights.push_back(median(std::span(values).subspan(begin, end - begin)));
    gaps.push_back(
        std::any_of(breaks.begin(), breaks.end(), [&](std::size_t at) { return begin <= at && at < end && at > 0; }));
  }
  const auto [low, high] = std::minmax_element(heights.begin(), heights.end());
  std::string line;
  for (std::size_t i = 0; i < sparks; ++i) {
    const double height = *high > *low ? (heights[i] - *low) / (*high - *low) : 0;
    if (gaps[i]) line += ' ';
    line += kBlocks[static_cast<std::size_t>(height * (kBlocks.size() - 1) + 0.5)];
  }
  return line;
}

std::string trend_text(const Series& series, const Paint& paint, std::size_t rows) {
  const std::size_t left_out = series.points.size() - std::min(series.points.size(), rows);
  Table table(columns_of(series.metric));
  std::vector<double> values;
  std::vector<std::size_t> breaks;
  std::string below;
  for (const Point& point : series.points) {
    if (!point.breaks.empty()) breaks.push_back(values.size());
    if (values.size() >= left_out) table.add(row_of(series, point));
    values.push_back(point.value);
    if (point.change)
      below += paint(tint_of(series.metric, point.change->log_change()), change_text(series, point)) + "\n";
  }
  for (const history::DriftMark& one : series.drifts) {
    below += paint(one.drift.slower ? Tint::Bad : Tint::Good, drift_text(one.drift)) + ", marked at " +
             shorten(one.marked_at) + "\n";
  }
  if (left_out > 0)
    below += count(left_out, "older run") + " not shown; --limit N for the newest N, --csv or --json for all\n";
  return printable(series.case_id) + " on " + printable(series.device_name) + "\n" + table.text(paint) +
         sparkline(values, breaks) + "\n" + below;
}

}  // namespace ratchet::report
