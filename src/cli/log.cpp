#include "src/cli/commands.h"
#include "src/report/history_report.h"

namespace ratchet::cli {

void declare_log(po::options_description& options) {
  options.add_options()("limit", po::value<std::size_t>()->value_name("N")->default_value(20),
                        "how many runs; 0 for all");
}

int log(Context& context, const po::variables_map& values) {
  const std::size_t limit = values["limit"].as<std::size_t>();
  db::HistoryFilter newest;
  if (limit > 0) newest.limit = limit;
  const auto runs = context.store(db::Mode::ReadOnly).runs(newest);
  context.out() << (context.json() ? report::runs_json(runs) : report::runs_text(runs, context.paint()));
  return 0;
}

}  // namespace ratchet::cli
