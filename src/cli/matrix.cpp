#include <spdlog/spdlog.h>

#include "ratchet/error.h"
#include "ratchet/matrix.h"
#include "src/cli/commands.h"
#include "src/cli/measuring.h"
#include "src/cli/recording.h"
#include "src/cli/suite.h"
#include "src/documents/matrix_document.h"
#include "src/report/matrix_report.h"
#include "src/report/progress.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

// Odd, so that medians are times that were measured; enough that a Student interval of a table with a hundred
// comparisons is no more than twice as wide as that of one.
constexpr std::size_t kLaunches = 11;

Run measure_sitting(Context& context, const po::variables_map& values) {
  const Suite suite = load_suite(context, values);
  const std::size_t launches = values.count("launches") > 0 ? values["launches"].as<std::size_t>() : kLaunches;
  if (launches == 0) throw Error("--launches takes a number above 0");
  executor::Sitting sitting;
  std::vector<CaseFacts> cases;
  for (const SuiteModule& module : suite.modules) {
    sitting.modules.push_back(module.file);
    cases.insert(cases.end(), module.cases.begin(), module.cases.end());
  }
  const std::string started_at = context.now();
  const executor::Settings settings = settings_from(context, values);
  report::Progress progress(context.streams().err, context.streams().err_is_terminal);
  Run run;
  for (std::size_t launch = 0; launch < launches; ++launch) {
    progress.launch(launch + 1, launches, 0, cases.size());
    sitting.groups = in_turn(cases, launch);
    executor::measure_run_launch(context.bench(), sitting, launch, settings, run);
  }
  sign(context, run, repository::head(context.root()), started_at);
  return run;
}

// How the sitting is measured again, as a shell would read it.
std::string command_line(const po::variables_map& values) {
  std::string line = "ratchet matrix";
  for (const std::string& glob : texts_of(values, "case")) line += " '" + glob + "'";
  if (values.count("launches") > 0) line += " --launches " + std::to_string(values["launches"].as<std::size_t>());
  if (values.count("lock-clocks") > 0) line += " --lock-clocks " + std::to_string(values["lock-clocks"].as<unsigned>());
  if (const std::string kind = text_of(values, "device"); kind != "auto") line += " --device " + kind;
  for (const std::string& file : texts_of(values, "module")) line += " --module '" + file + "'";
  return line;
}

documents::MatrixDocument document_of(Context& context, const po::variables_map& values) {
  documents::MatrixDocument document;
  if (const std::string file = text_of(values, "from"); !file.empty()) {
    if (!texts_of(values, "case").empty() || values.count("launches") + values.count("module") > 0)
      throw Error("--from shows what was measured before; it takes no cases, no --launches and no --module");
    document = documents::read_matrix(documents::read_file(file), file);
  } else {
    document = {command_line(values), {{"", measure_sitting(context, values)}}};
  }
  for (const std::string& file : texts_of(values, "add")) {
    Run run = documents::read_run(documents::read_file(file), file);
    std::string label = "imported from " + (run.tool.empty() ? file : run.tool);
    document.sources.push_back({std::move(label), std::move(run)});
  }
  return document;
}

}  // namespace

void declare_matrix(po::options_description& options) {
  options.add_options()("launches", po::value<std::size_t>()->value_name("N"), "processes to measure in (11)")(
      "module", po::value<std::vector<std::string>>()->value_name("FILE"),
      "measure the cases of this module too (repeatable)")(
      "add", po::value<std::vector<std::string>>()->value_name("FILE"),
      "a ratchet.run/1 document of another harness, to stand in the same table (repeatable)")(
      "from", po::value<std::string>()->value_name("FILE"),
      "show a ratchet.matrix/1 document again, in any form, and measure nothing")(
      "csv", po::bool_switch(), "comma-separated values on stdout")("markdown", po::bool_switch(),
                                                                    "a report that stands alone, on stdout");
  declare_device(options);
}

// A failed case leaves the table incomplete, and a device that was not fit leaves it without proofs.
int matrix(Context& context, const po::variables_map& values) {
  const bool csv = is_set(values, "csv");
  const bool markdown = is_set(values, "markdown");
  if (csv + markdown + context.json() > 1) throw Error("give one of --json, --csv and --markdown");
  const documents::MatrixDocument document = document_of(context, values);
  const std::vector<MatrixSource>& sources = document.sources;
  const Matrix table = compare_all(sources);
  if (context.json()) {
    context.out() << documents::write(document, table);
  } else if (csv) {
    context.out() << report::matrix_csv(table, sources);
  } else if (markdown) {
    context.out() << report::matrix_markdown(table, sources, document.command);
  } else {
    context.out() << report::matrix_text(table, sources, context.paint());
  }
  for (const MatrixRow& row : table.rows) {
    for (const MatrixCell& cell : row.cells)
      if (cell.standing == Standing::Failed && cell.source == 0) return 2;
  }
  return table.degraded ? 3 : 0;
}

}  // namespace ratchet::cli
