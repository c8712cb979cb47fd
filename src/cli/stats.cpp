#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "ratchet/bootstrap.h"
#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/documents/documents.h"
#include "src/documents/verdict_document.h"

namespace ratchet::cli {
namespace {

// One number a line; blank lines are not numbers but not mistakes either.
std::vector<double> parse_numbers(const std::string& text, const std::string& name) {
  std::vector<double> numbers;
  std::size_t line_number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line(text.data() + start, end - start);
    start = end + 1;
    ++line_number;
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    double value = 0;
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc() || stop != line.data() + line.size() || !std::isfinite(value)) {
      throw Error(name + ":" + std::to_string(line_number) + ": \"" + report::printable(line.substr(0, 40)) +
                  "\" is not a finite number; one number a line is read");
    }
    numbers.push_back(value);
  }
  if (numbers.empty()) throw Error(name + " holds no numbers; one number a line is read");
  return numbers;
}

documents::Stats summarize(const std::vector<double>& numbers) {
  documents::Stats stats;
  stats.n = numbers.size();
  stats.median = median(numbers);
  stats.ci = MedianBootstrap(numbers.size()).interval(numbers, stats.confidence);
  stats.mean = mean(numbers);
  if (stats.mean != 0) stats.cv = standard_deviation(numbers) / std::abs(stats.mean);
  const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
  stats.min = *low;
  stats.max = *high;
  stats.tick = apparent_tick(numbers);
  return stats;
}

}  // namespace

int stats(Context& context, const po::variables_map& values) {
  const std::string file = text_of(values, "file").empty() ? "-" : text_of(values, "file");
  const documents::Stats summary =
      summarize(parse_numbers(documents::read_file(file), file == "-" ? "standard input" : file));
  if (context.json()) {
    context.out() << documents::write(summary);
    return 0;
  }
  context.out() << fmt::format(
      "n       {}\nmedian  {:.6g}  [{:.6g}, {:.6g}] exact bootstrap, {:g} %\nmean    {:.6g}\ncv      {:.3g} %\nmin     "
      "{:.6g}\nmax     {:.6g}\ntick    {:.6g}\n",
      summary.n, summary.median, summary.ci.low, summary.ci.high, 100 * summary.confidence, summary.mean,
      100 * summary.cv, summary.min, summary.max, summary.tick);
  return 0;
}

}  // namespace ratchet::cli
