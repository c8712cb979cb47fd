#include "src/report/matrix_report.h"

#include <fmt/format.h>

#include "src/report/matrix_parts.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

Cell answer(const MatrixCell& cell) {
  if (cell.standing == Standing::Verified) return {"verified"};
  return {to_string(cell.standing), cell.standing == Standing::Failed ? Tint::Bad : Tint::Doubt};
}

std::string row_text(const MatrixRow& row, std::span<const MatrixSource> sources, const Paint& paint) {
  Table table({{"implementation"},
               {"median", Align::Right},
               {"95 % interval", Align::Right},
               {"CV", Align::Right},
               {"bandwidth", Align::Right},
               {"arithmetic", Align::Right},
               {"ceiling", Align::Right},
               {"memory", Align::Right},
               {"to fastest", Align::Right},
               {"answer"}});
  std::string notes;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const MatrixCell& cell = row.cells[i];
    const std::string name = cell_name(cell, sources);
    if (!cell.why.empty()) notes += paint(Tint::Doubt, "note") + " " + printable(name + ": " + cell.why) + "\n";
    for (const std::string& warning : cell.warnings)
      if (warning != cell.why) notes += paint(Tint::Doubt, "note") + " " + printable(name + ": " + warning) + "\n";
    if (!cell.has_times()) {
      table.add({{name}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}, answer(cell)});
      continue;
    }
    table.add({{name, row.winner == i ? Tint::Good : Tint::Plain},
               {time(cell.summary.median_ns)},
               {latency_interval(cell)},
               {cv_text(cell.launch_cv)},
               {bandwidth(cell.summary.bandwidth_gb_per_s)},
               {flop_rate(cell)},
               {ceiling(cell)},
               {bytes_text(cell.peak_memory_bytes)},
               {to_fastest(row, i)},
               answer(cell)});
  }
  return paint(Tint::Faint, "== ") + printable(row_name(row)) + "\n" + table.text(paint) + notes +
         paint(row.winner ? Tint::Good : Tint::Plain, printable(conclusion(row, sources))) + "\n\n";
}

std::string csv(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string share(const std::optional<double>& of) { return of ? fmt::format("{}", *of) : ""; }

std::string csv_line(const MatrixRow& row, std::size_t i, std::span<const MatrixSource> sources) {
  const MatrixCell& cell = row.cells[i];
  std::string line = fmt::format("{},{},{},{},{},{},", csv(row.family), csv(row.shape), csv(row.l2),
                                 csv(cell.implementation), csv(sources[cell.source].label), to_string(cell.standing));
  if (cell.has_times()) {
    line += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}", cell.summary.median_ns, cell.summary.ci_ns.low,
                        cell.summary.ci_ns.high, cell.summary.launches, cell.summary.samples, cell.launch_cv,
                        cell.round_cv, cell.tick_ns, cell.rates.bytes_per_s, cell.rates.flops_per_s,
                        share(cell.rates.of_peak), share(cell.rates.of_flops), cell.rates.bound);
  } else {
    line += ",,,,,,,,,,,,";
  }
  return line + fmt::format(",{},{},{}\r\n", cell.peak_memory_bytes, row.winner == i ? 1 : 0, csv(cell.why));
}

}  // namespace

std::string matrix_text(const Matrix& matrix, std::span<const MatrixSource> sources, const Paint& paint) {
  std::string text;
  for (const MatrixRow& row : matrix.rows) text += row_text(row, sources, paint);
  text += fmt::format(
      "{} at once: the chance that any difference of this table is called proven while there is none is at most {}\n",
      count(matrix.comparisons, "comparison"), probability(matrix.alpha));
  if (matrix.degraded) text += paint(Tint::Bad, "nothing is proven") + ": " + printable(*matrix.degraded) + "\n";
  return text;
}

std::string matrix_csv(const Matrix& matrix, std::span<const MatrixSource> sources) {
  std::string text =
      "family,shape,l2,implementation,imported,standing,median_ns,ci_lo_ns,ci_hi_ns,launches,samples,launch_cv,round_"
      "cv,"
      "tick_ns,bytes_per_s,flops_per_s,of_peak,of_flops,bound,peak_memory_bytes,winner,why\r\n";
  for (const MatrixRow& row : matrix.rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) text += csv_line(row, i, sources);
  }
  return text;
}

}  // namespace ratchet::report
