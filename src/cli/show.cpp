#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/runs.h"
#include "src/documents/documents.h"
#include "src/report/run_report.h"

namespace ratchet::cli {

int show(Context& context, const po::variables_map& values) {
  const std::string name = text_of(values, "run");
  if (name.empty()) throw Error("show needs a run, a commit or a run file; `ratchet log` lists the runs");
  const Run run = find_run(context, name);
  context.out() << (context.json() ? documents::write(run)
                                   : report::run_head(run) + report::run_text(run, context.paint()));
  return 0;
}

}  // namespace ratchet::cli
