#include "src/cli/page.h"

#include <spdlog/spdlog.h>

#include "ratchet/error.h"
#include "src/cli/judging.h"
#include "src/cli/runs.h"
#include "src/cli/version.h"
#include "src/documents/documents.h"
#include "src/history/line.h"
#include "src/html/gathered.h"
#include "src/html/page.h"
#include "src/report/units.h"

namespace ratchet::cli {
namespace {

void require_alone(Context& context, const po::variables_map& values) {
  for (const char* other : {"run", "against", "requests-per-day", "price-per-hour"}) {
    if (values.count(other) > 0)
      throw Error("--html writes the history of all cases; costs are another report, without --html");
  }
  if (context.json()) throw Error("--html writes a file; `ratchet trend CASE --json` has the numbers");
}

}  // namespace

int write_page(Context& context, const po::variables_map& values) {
  require_alone(context, values);
  html::require_page();
  const history::Line line = history::line_of(context.root(), "HEAD");
  if (line.cut_off)
    context.log().warn("this clone is shallow: `git fetch --unshallow` brings the commits before it to the page");
  documents::HistoryDocument document =
      html::gathered(context.store(db::Mode::ReadOnly), line, policy_from(context, values));
  for (const std::string& name : texts_of(values, "samples")) html::add_samples(document, find_run(context, name));
  document.tool = std::string("ratchet ") + kVersion;
  document.made_at = context.now();
  document.repository = context.root().filename().string();
  const std::string file = text_of(values, "html");
  const std::string page = html::page_of(document);
  documents::replace_file(file, page);
  context.out() << report::printable(file) << ": " << report::count(document.series.size(), "case") << ", "
                << report::count(document.commits.size(), "commit") << ", " << (page.size() + 999) / 1000 << " kB\n";
  return 0;
}

}  // namespace ratchet::cli
