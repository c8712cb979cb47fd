#include "db/merge.h"

#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/report/merge_report.h"

namespace ratchet::cli {

int merge(Context& context, const po::variables_map& values) {
  const std::string other = text_of(values, "other");
  if (other.empty()) throw Error("merge needs another database, or a bundle made by `ratchet export --bundle`");
  const db::Merged merged = db::merge(context.database(), other, {context.actor(), context.now()});
  context.out() << (context.json() ? report::merged_json(merged) : "merged " + report::merged_text(merged));
  return 0;
}

void declare_export(po::options_description& options) {
  options.add_options()("bundle", po::value<std::string>()->value_name("FILE"),
                        "one new file with everything, for `ratchet merge` on another machine")(
      "since", po::value<std::string>()->value_name("DATE"),
      "only what was measured from this day (or RFC 3339 time) on; baselines always");
}

int export_history(Context& context, const po::variables_map& values) {
  const std::string bundle = text_of(values, "bundle");
  if (bundle.empty()) throw Error("export needs --bundle FILE");
  const std::string since = day_or_time(text_of(values, "since"), "T00:00:00Z");
  const db::Merged merged = db::export_bundle(context.database(), bundle, since, {context.actor(), context.now()});
  context.out() << (context.json() ? report::merged_json(merged) : "exported " + report::merged_text(merged));
  return 0;
}

}  // namespace ratchet::cli
