#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/measuring.h"
#include "src/cli/recording.h"
#include "src/cli/suite.h"
#include "src/documents/documents.h"
#include "src/report/run_report.h"
#include "src/repository/git.h"

namespace ratchet::cli {

void declare_run(po::options_description& options) {
  options.add_options()("launches", po::value<std::size_t>()->value_name("N"),
                        "processes to measure in; the configuration's \"run\" without it");
  declare_suite(options);
}

// A failed case leaves the run incomplete: it is recorded with its failure, and the exit code says so. One that is
// unavailable here is recorded with the reason.
int run_modules(Context& context, const po::variables_map& values) {
  const Suite suite = load_suite(context, values);
  const Commit commit = repository::head(context.root());
  const std::size_t launches = values.count("launches") > 0 ? values["launches"].as<std::size_t>()
                                                            : static_cast<std::size_t>(context.config().run_launches);
  if (launches == 0) throw Error("--launches takes a number above 0");
  Run run = measure_suite(context, suite, launches, settings_from(context, values), commit);
  db::Recording recording;
  recording.run = run;
  recording.summaries = summaries_of(run);
  context.store(db::Mode::ReadWrite).record(recording);
  context.out() << (context.json() ? documents::write(run) : report::run_text(run, context.paint()));
  return failed_cases(run) > 0 || all_unavailable(run) ? 2 : 0;
}

}  // namespace ratchet::cli
