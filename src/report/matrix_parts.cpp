#include "src/report/matrix_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

// The pair of a cell and the fastest of its row; none of the fastest itself and of cells that are not compared.
const MatrixPair* pair_with_fastest(const MatrixRow& row, std::size_t cell) {
  if (!row.fastest) return nullptr;
  const auto pair = std::find_if(row.pairs.begin(), row.pairs.end(), [&](const MatrixPair& one) {
    return (one.first == cell && one.second == *row.fastest) || (one.second == cell && one.first == *row.fastest);
  });
  return pair == row.pairs.end() ? nullptr : &*pair;
}

// A rate with what it would be at both ends of the latency's interval.
std::string rate_interval(const MatrixCell& cell, double rate, double scale, const char* unit) {
  if (!(rate > 0)) return "-";
  const Interval& ci = cell.summary.ci_ns;
  const double work = rate / scale * cell.summary.median_ns;
  return fmt::format("{:.4g} [{:.4g}, {:.4g}] {}", rate / scale, work / ci.high, work / ci.low, unit);
}

constexpr double kTera = 1e12;

}  // namespace

std::string cell_name(const MatrixCell& cell, std::span<const MatrixSource> sources) {
  const std::string& label = sources[cell.source].label;
  return cell.implementation + (label.empty() ? "" : " (" + label + ")");
}

std::string latency_interval(const MatrixCell& cell) {
  const Interval& ci = cell.summary.ci_ns;
  std::string text = "[" + time(ci.low) + ", " + time(ci.high) + "]";
  if (ci.low < ci.high) return text;
  text +=
      cell.tick_ns > 0 ? fmt::format(" (no width; tick {:.3g} ns a call", cell.tick_ns) : " (no width; tick unknown";
  return text + ", " + count(cell.summary.launches, "launch") + ")";
}

std::string flop_rate(const MatrixCell& cell) {
  const double rate = cell.rates.flops_per_s;
  if (!(rate > 0)) return "-";
  return rate >= kTera ? fmt::format("{:.4g} TFLOP/s", rate / kTera) : fmt::format("{:.4g} GFLOP/s", rate / 1e9);
}

std::string flop_rate_interval(const MatrixCell& cell) {
  const double rate = cell.rates.flops_per_s;
  return rate >= kTera ? rate_interval(cell, rate, kTera, "TFLOP/s") : rate_interval(cell, rate, 1e9, "GFLOP/s");
}

std::string bandwidth_interval(const MatrixCell& cell) {
  return rate_interval(cell, cell.rates.bytes_per_s, 1e9, "GB/s");
}

std::string ceiling(const MatrixCell& cell) {
  const Rates& rates = cell.rates;
  if (rates.bound == "arithmetic" && rates.of_flops)
    return fmt::format("{:.1f} % of arithmetic", 100 * *rates.of_flops);
  if (rates.bound == "memory" && rates.of_peak) return fmt::format("{:.1f} % of memory", 100 * *rates.of_peak);
  return rates.bound.empty() ? "-" : "- (" + rates.bound + (rates.bound == "memory" ? ", warm cache)" : ")");
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes == 0) return "-";
  return bytes >= 1'000'000 ? fmt::format("{:.4g} MB", static_cast<double>(bytes) / 1e6)
                            : fmt::format("{:.4g} kB", static_cast<double>(bytes) / 1e3);
}

std::string cv_text(double cv) { return fmt::format("{:.2g} %", 100 * cv); }

std::string ratio_text(double ratio, const Interval& interval) {
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", ratio, interval.low, interval.high);
}

std::string to_fastest(const MatrixRow& row, std::size_t cell) {
  if (row.fastest == cell) return "1";
  const MatrixPair* pair = pair_with_fastest(row, cell);
  if (pair == nullptr) return "-";
  if (pair->second == cell) return ratio_text(pair->ratio, pair->interval);
  return ratio_text(1 / pair->ratio, {1 / pair->interval.high, 1 / pair->interval.low});
}

std::string conclusion(const MatrixRow& row, std::span<const MatrixSource> sources) {
  if (row.winner) return "winner: " + cell_name(row.cells[*row.winner], sources);
  if (row.pairs.empty()) return "no winner: nothing to compare with";
  const MatrixCell& fastest = row.cells[*row.fastest];
  if (fastest.standing != Standing::Verified)
    return "no winner: " + cell_name(fastest, sources) + " is fastest and its answer is not verified";
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const MatrixPair* pair = pair_with_fastest(row, i);
    if (pair == nullptr || pair->faster != 0) continue;
    return "no winner: " + cell_name(fastest, sources) + " is not proven faster than " +
           cell_name(row.cells[i], sources) + (pair->trouble.empty() ? "" : " (" + pair->trouble + ")");
  }
  return "no winner: the smallest median and the mean of ratios disagree";
}

std::string row_name(const MatrixRow& row) {
  return row.family + (row.shape.empty() ? "" : " " + row.shape) +
         (row.l2.empty() ? ", state of L2 unknown" : ", " + row.l2 + " L2");
}

}  // namespace ratchet::report
