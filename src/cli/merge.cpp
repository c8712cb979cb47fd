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

}  // namespace ratchet::cli
