#include <spdlog/spdlog.h>

#include <algorithm>

#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/history/series.h"
#include "src/report/trend_report.h"
#include "src/report/units.h"
#include "src/repository/spelling.h"

namespace ratchet::cli {
namespace {

history::Selection selection_from(const po::variables_map& values) {
  history::Selection selection;
  selection.metric = history::metric_from(text_of(values, "metric"));
  selection.filter.device_name = text_of(values, "device");
  selection.filter.since = day_or_time(text_of(values, "since"), "T00:00:00Z");
  selection.filter.until = day_or_time(text_of(values, "until"), "T23:59:59Z");
  if (values.count("limit") > 0) selection.filter.limit = values["limit"].as<std::size_t>();
  return selection;
}

void require_known_device(db::Store& store, const std::string& device) {
  if (device.empty()) return;
  const std::vector<std::string> names = store.device_names();
  if (std::find(names.begin(), names.end(), device) != names.end()) return;
  const std::string close = repository::nearest(device, names);
  throw Error(
      "no run of a device \"" + report::printable(device) + "\" is recorded" +
      (close.empty() ? "; `ratchet log` lists the runs" : "; did you mean \"" + report::printable(close) + "\"?"));
}

void tell_left_out(Context& context, const history::Found& found, const history::Line& line,
                   const std::string& branch) {
  if (found.beside == 0) return;
  context.log().warn(
      "{} of commits beside the first-parent line of {} left out; --all shows them{}",
      report::count(found.beside, "point"), report::printable(branch),
      line.cut_off ? ". This clone is shallow: `git fetch --unshallow` brings the commits before it" : "");
}

[[noreturn]] void nothing_found(const std::string& glob, const history::Selection& selection,
                                const history::Found& found) {
  if (found.unknown > 0)
    throw Error("no recorded run of \"" + report::printable(glob) + "\" knows its " +
                history::to_string(selection.metric));
  throw Error("no recorded run holds samples of \"" + report::printable(glob) + "\" on this line of history" +
              (found.beside > 0 ? "" : ", this device and these dates"));
}

}  // namespace

void declare_trend(po::options_description& options) {
  options.add_options()("metric", po::value<std::string>()->value_name("NAME")->default_value("latency"),
                        "latency, bandwidth, memory or energy")("csv", po::bool_switch(),
                                                                "comma-separated values on stdout")(
      "device", po::value<std::string>()->value_name("NAME"), "only this device model")(
      "since", po::value<std::string>()->value_name("DATE"), "only runs from this day (or RFC 3339 time) on")(
      "until", po::value<std::string>()->value_name("DATE"), "only runs up to this day (or time), itself included")(
      "branch", po::value<std::string>()->value_name("REV")->default_value("HEAD"),
      "the first-parent line of this revision")("limit", po::value<std::size_t>()->value_name("N"),
                                                "the newest N runs of a case")(
      "all", po::bool_switch(), "also commits beside that line, by date of the run");
}

int trend(Context& context, const po::variables_map& values) {
  const std::string glob = text_of(values, "case");
  if (glob.empty()) throw Error("trend needs a case id or a glob; `ratchet baseline show` lists cases");
  db::Store& store = context.store(db::Mode::ReadOnly);
  const history::Selection selection = selection_from(values);
  const std::vector<std::string> cases = history::cases_matching(store, glob);
  require_known_device(store, selection.filter.device_name);
  const std::string branch = text_of(values, "branch");
  const history::Line line = is_set(values, "all") ? history::Line{} : history::line_of(context.root(), branch);
  const Policy policy = policy_from(context, values);

  history::Found all;
  for (const std::string& id : cases) {
    history::Found one = history::series_of(store, id, selection, line, policy);
    all.beside += one.beside;
    all.unknown += one.unknown;
    for (history::Series& series : one.series) all.series.push_back(std::move(series));
  }
  tell_left_out(context, all, line, branch);
  if (all.series.empty()) nothing_found(glob, selection, all);
  if (context.json()) {
    context.out() << report::trend_json(all.series);
  } else if (is_set(values, "csv")) {
    context.out() << report::trend_csv(all.series);
  } else {
    for (const history::Series& one : all.series) context.out() << report::trend_text(one, context.paint());
  }
  return 0;
}

}  // namespace ratchet::cli
