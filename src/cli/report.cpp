#include <charconv>
#include <cmath>

#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "ratchet/stored.h"
#include "ratchet/witness.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/cli/page.h"
#include "src/cli/runs.h"
#include "src/documents/documents.h"
#include "src/documents/matrix_document.h"
#include "src/report/cost_report.h"

namespace ratchet::cli {
namespace {

// "0.8 EUR": the word is whatever stands behind the number.
std::pair<double, std::string> number_and_word(const std::string& text, const char* option) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || !std::isfinite(value) || value <= 0)
    throw Error(std::string(option) + " takes a number above 0, not \"" + report::printable(text) + "\"");
  const std::string word(rest, end);
  const std::size_t start = word.find_first_not_of(' ');
  return {value, start == std::string::npos ? "" : word.substr(start)};
}

Demand demand_from(const po::variables_map& values, std::string& currency) {
  if (values.count("requests-per-day") == 0 || values.count("price-per-hour") == 0)
    throw Error("report needs --html FILE, or --requests-per-day and --price-per-hour to turn latencies into cost");
  const auto [requests, left_over] = number_and_word(text_of(values, "requests-per-day"), "--requests-per-day");
  if (!left_over.empty()) throw Error("--requests-per-day takes a number alone");
  const auto [price, word] = number_and_word(text_of(values, "price-per-hour"), "--price-per-hour");
  currency = word.empty() ? "units" : word;
  return {requests, price};
}

std::vector<CostLine> lines_of_runs(Context& context, const po::variables_map& values, const std::string& name,
                                    const std::string& against, const Demand& demand) {
  const Run run = find_run(context, name);
  if (against.empty()) return costs_of(run, demand);
  const Run baseline = find_run(context, against);
  const Policy policy = policy_from(context, values);
  std::optional<std::string> unfit = degraded(baseline.telemetry, kind_of(baseline.environment));
  if (!unfit) unfit = degraded(run.telemetry, kind_of(run.environment));
  if (!unfit) unfit = machine_changed(baseline.telemetry, run.telemetry, policy);
  return costs_beside(baseline, run, judge_stored(baseline, run, policy), unfit, demand);
}

std::vector<CostLine> lines_of(Context& context, const po::variables_map& values, const Demand& demand) {
  const std::string name = text_of(values, "run").empty() ? "HEAD" : text_of(values, "run");
  const std::string against = text_of(values, "against");
  if (std::filesystem::exists(name)) {
    const std::string text = documents::read_file(name);
    if (documents::format_of(text, name).starts_with("ratchet.matrix/"))
      return costs_of(compare_all(documents::read_matrix(text, name).sources), against, demand);
  }
  return lines_of_runs(context, values, name, against, demand);
}

}  // namespace

void declare_report(po::options_description& options) {
  options.add_options()("html", po::value<std::string>()->value_name("FILE"),
                        "the whole history of this line as one page, without a network")(
      "samples", po::value<std::vector<std::string>>()->value_name("RUN")->composing(),
      "with every sample of this run in the page; may be given again")(
      "requests-per-day", po::value<std::string>()->value_name("N"), "calls of a case in a day")(
      "price-per-hour", po::value<std::string>()->value_name("PRICE"), "of one device, such as \"0.8 EUR\"")(
      "against", po::value<std::string>()->value_name("RUN"),
      "claim proven savings against this run, or this implementation of a matrix");
}

int make_report(Context& context, const po::variables_map& values) {
  if (values.count("html") > 0) return write_page(context, values);
  if (values.count("samples") > 0) throw Error("--samples puts a run's samples into a page: it needs --html FILE");
  std::string currency;
  const Demand demand = demand_from(values, currency);
  const std::vector<CostLine> lines = lines_of(context, values, demand);
  const std::string against = text_of(values, "against");
  context.out() << (context.json() ? report::cost_json(lines, demand, currency, against)
                                   : report::cost_text(lines, demand, currency, against, context.paint()));
  return 0;
}

}  // namespace ratchet::cli
