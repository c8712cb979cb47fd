#include <fmt/format.h>

#include "src/report/markdown.h"
#include "src/report/matrix_parts.h"
#include "src/report/matrix_report.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

std::string cells_table(const MatrixRow& row, std::span<const MatrixSource> sources) {
  std::string text =
      heading({"implementation", "median", "95 % interval", "launches x rounds", "CV of launches", "CV of rounds",
               "bandwidth", "arithmetic", "of the binding ceiling", "peak memory", "answer"},
              " ---: |");
  for (const MatrixCell& cell : row.cells) {
    const std::string name = cell_name(cell, sources);
    if (!cell.has_times()) {
      text += line_of({name, "none: " + cell.why, "none: not measured", "0", "-", "-", "-", "-", "-",
                       bytes_text(cell.peak_memory_bytes), to_string(cell.standing)});
      continue;
    }
    const std::size_t rounds = cell.summary.samples / cell.summary.launches;
    text +=
        line_of({name, time(cell.summary.median_ns), latency_interval(cell),
                 fmt::format("{} x {}", cell.summary.launches, rounds), cv_text(cell.launch_cv), cv_text(cell.round_cv),
                 bandwidth_interval(cell), flop_rate_interval(cell), ceiling(cell), bytes_text(cell.peak_memory_bytes),
                 to_string(cell.standing) + (cell.apart ? ", not compared" : "")});
  }
  return text;
}

std::string pairs_table(const MatrixRow& row, std::span<const MatrixSource> sources) {
  if (row.pairs.empty()) return "";
  std::string text = "\n" + heading({"time of / time of", "ratio and interval", "how", "proven"}, " --- |");
  for (const MatrixPair& pair : row.pairs) {
    const std::string first = cell_name(row.cells[pair.first], sources);
    const std::string second = cell_name(row.cells[pair.second], sources);
    const std::string proven = pair.faster < 0   ? first + " is faster"
                               : pair.faster > 0 ? second + " is faster"
                                                 : "nothing" + (pair.trouble.empty() ? "" : ": " + pair.trouble);
    text += line_of({second + " / " + first, ratio_text(pair.ratio, pair.interval),
                     pair.paired ? "launch by launch" : "launches unpaired", proven});
  }
  return text;
}

std::string notes(const MatrixRow& row, std::span<const MatrixSource> sources) {
  std::string text;
  for (const MatrixCell& cell : row.cells) {
    const std::string name = cell_name(cell, sources);
    if (cell.has_times() && !cell.why.empty()) text += "* " + printable(name + ": " + cell.why) + "\n";
    for (const std::string& warning : cell.warnings) text += "* " + printable(name + ": " + warning) + "\n";
  }
  return text.empty() ? "" : "\n" + text;
}

std::string environment_of(const MatrixSource& source, const Ceilings& ceilings) {
  const bool own = source.label.empty();
  return environment_text(source.run, own ? "This sitting" : source.label, own ? ceilings : Ceilings{});
}

std::string summary_table(const Matrix& matrix, std::span<const MatrixSource> sources) {
  std::string text = heading({"function", "fastest", "median", "conclusion"}, " --- |");
  for (const MatrixRow& row : matrix.rows) {
    const bool any = row.fastest.has_value();
    text += line_of({row_name(row), any ? cell_name(row.cells[*row.fastest], sources) : "none",
                     any ? time(row.cells[*row.fastest].summary.median_ns) : "none", conclusion(row, sources)});
  }
  return text;
}

constexpr const char* kMethod =
    "A row holds cases of one function: one operation, one set of parameters, the same algorithmic bytes and flops a "
    "call, "
    "and one state of the L2 cache. Whatever differs in one of these, such as attention within blocks, is a row of its "
    "own "
    "and is compared with nothing.\n\n"
    "Every implementation was verified against an FP64 reference on poisoned outputs before and after timing, in every "
    "launch; what failed has no time here. A launch is one process, of all modules. In it the implementations of a row "
    "are timed in turn, round by round, on the same buffers, in orders that change: each goes first and follows each other "
    "equally often. They are warmed up until their times are steady; calls too short for the timer are batched in one "
    "interval. A case that could not take turns says so.\n\n"
    "The launch is the unit, since the rounds of a launch share clocks, placement and temperature. A case's number is "
    "the "
    "median over launches of their medians, and its interval the exact bootstrap of that median (95 %, no resampling, "
    "no "
    "seed). A ratio of two implementations is the geometric mean over launches of what a launch says, the 20 % trimmed mean "
    "of its rounds' logarithms (of its medians where the numbers of rounds differ), and its "
    "interval Student's on the logarithms, widened by half a tick of the timer on each side, since rounding that is "
    "the same "
    "in all launches shows in no scatter. Numbers of another harness come from other processes and are compared "
    "unpaired "
    "(Welch).\n\n";

constexpr const char* kLimits =
    "* The intervals hold for launches that are alike and independent. A drift of the device during the sitting is "
    "shared "
    "by the implementations of a round up to the moments between them.\n"
    "* Bandwidth counts each input read once and each output written once. From a warm cache it says nothing about "
    "memory, "
    "so that only cold cases have a share of memory's peak.\n"
    "* A share of the arithmetic ceiling is one of the tensor cores' dense FP16 rate at the clock that was measured.\n"
    "* Another build of the same sources may be laid out differently; nothing measured here can tell.\n";

}  // namespace

std::string matrix_markdown(const Matrix& matrix, std::span<const MatrixSource> sources, const std::string& command) {
  std::string text = "# Comparison of implementations\n\n" + summary_table(matrix, sources);
  if (matrix.degraded) text += "\n**Nothing is proven by this sitting**: " + printable(*matrix.degraded) + ".\n";
  text += "\n## Method\n\n" + std::string(kMethod);
  text += fmt::format(
      "This table makes {} at once. Their intervals are widened so that all hold together with {} (Bonferroni): the "
      "chance that any difference is called proven while there is none is at most {}. A winner is verified, and proven "
      "faster than every other implementation of its row that can be compared.\n",
      count(matrix.comparisons, "comparison"), probability(1 - matrix.alpha), probability(matrix.alpha));
  text += "\n## Environment\n";
  for (const MatrixSource& source : sources) text += "\n" + environment_of(source, matrix.ceilings);
  text += "\n## Results\n";
  for (const MatrixRow& row : matrix.rows) {
    text += fmt::format("\n### {}\n\n{} and {:.4g} GFLOP a call.\n\n", printable(row_name(row)), bytes_text(row.bytes),
                        static_cast<double>(row.flops) / 1e9);
    text += cells_table(row, sources) + pairs_table(row, sources) + notes(row, sources);
    text += "\n" + printable(conclusion(row, sources)) + ".\n";
  }
  return text + "\n## Limits\n\n" + kLimits + "\n## Again\n\n    " + printable(command) + "\n";
}

}  // namespace ratchet::report
