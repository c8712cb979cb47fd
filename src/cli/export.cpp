#include <spdlog/spdlog.h>

#include "db/merge.h"
#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/runs.h"
#include "src/documents/verdict_document.h"
#include "src/exporters/exporter.h"
#include "src/history/series.h"
#include "src/report/merge_report.h"

namespace ratchet::cli {
namespace {

constexpr const char* kJunit = "junit";

std::string format_names() {
  std::string names;
  for (const exporters::RunFormat& format : exporters::run_formats()) names += std::string(format.name) + ", ";
  return names + kJunit;
}

int export_verdict(Context& context, const std::string& name) {
  db::Store& store = context.store(db::Mode::ReadOnly);
  const auto record = name.empty() ? store.newest_verdict() : store.verdict(name);
  if (!record) throw Error("no such verdict is recorded; `ratchet check` records one and prints its name");
  context.out() << exporters::junit(documents::read_verdict(record->document, "verdict " + record->uuid),
                                    record->made_at);
  return 0;
}

int export_run(Context& context, const exporters::RunFormat& format, const std::string& name) {
  const Run run = find_run(context, name.empty() ? "HEAD" : name);
  std::size_t written = 0;
  for (const Measurement& measured : run.measurements) {
    written += measured.launches.empty() ? 0 : 1;
    if (measured.launches.empty())
      context.log().warn("{} has no times and is not exported", report::printable(measured.facts.id));
  }
  if (written == 0) throw Error("no case of this run has times: there is nothing to export");
  context.out() << format.write(run);
  return 0;
}

int export_bundle(Context& context, const std::string& file, const std::string& since) {
  const db::Merged merged = db::export_bundle(context.database(), file, since, {context.actor(), context.now()});
  context.out() << (context.json() ? report::merged_json(merged) : "exported " + report::merged_text(merged));
  return 0;
}

}  // namespace

void declare_export(po::options_description& options) {
  const std::string about = "one of " + format_names();
  options.add_options()("format", po::value<std::string>()->value_name("NAME"), about.c_str())(
      "bundle", po::value<std::string>()->value_name("FILE"),
      "one new file with everything, for `ratchet merge` on another machine")(
      "since", po::value<std::string>()->value_name("DATE"),
      "of a bundle: only what was measured from this day (or RFC 3339 time) on; baselines always");
}

int export_document(Context& context, const po::variables_map& values) {
  const std::string wanted = text_of(values, "format");
  const std::string name = text_of(values, "name");
  if (values.count("bundle") > 0) {
    if (!wanted.empty() || !name.empty()) throw Error("--bundle takes the whole history: without --format and names");
    return export_bundle(context, text_of(values, "bundle"), history::since(text_of(values, "since")));
  }
  if (values.count("since") > 0) throw Error("--since goes with --bundle");
  if (wanted == kJunit) return export_verdict(context, name);
  for (const exporters::RunFormat& format : exporters::run_formats())
    if (wanted == format.name) return export_run(context, format, name);
  throw Error("export needs --bundle FILE, or --format, one of " + format_names());
}

}  // namespace ratchet::cli
