#include <spdlog/spdlog.h>

#include <filesystem>
#include <future>

#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/history/series.h"
#include "src/report/trend_report.h"
#include "src/report/units.h"

namespace ratchet::cli {
namespace {

constexpr std::size_t kRows = 100;  // of a case; a screen or two

db::HistoryFilter filter_from(const po::variables_map& values) {
  db::HistoryFilter filter;
  filter.device_name = text_of(values, "device");
  filter.since = history::since(text_of(values, "since"));
  filter.until = history::until(text_of(values, "until"));
  if (values.count("limit") > 0) filter.limit = values["limit"].as<std::size_t>();
  return filter;
}

// Names in the message come from the command line and from other people's files: nothing in it may act on a terminal.
std::vector<std::string> known_cases(db::Store& store, const std::string& glob, const std::string& device) {
  try {
    history::require_device(store, device);
    return history::cases_matching(store, glob);
  } catch (const history::Unknown& unknown) {
    throw Error(report::printable(unknown.what()));
  }
}

void tell_left_out(Context& context, const history::Found& found, const history::Line& line,
                   const std::string& branch) {
  if (found.beside == 0) return;
  context.log().warn(
      "{} of commits beside the first-parent line of {} left out; --all shows them{}",
      report::count(found.beside, "point"), report::printable(branch),
      line.cut_off ? ". This clone is shallow: `git fetch --unshallow` brings the commits before it" : "");
}

[[noreturn]] void nothing_found(const std::string& glob, history::Metric metric, const history::Found& found) {
  if (found.unknown > 0)
    throw Error("no recorded run of \"" + report::printable(glob) + "\" knows its " + history::to_string(metric));
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
                                                "only the newest N runs of a case")(
      "all", po::bool_switch(), "also commits beside that line, by date of the run");
}

int trend(Context& context, const po::variables_map& values) {
  const std::string glob = text_of(values, "case");
  if (glob.empty()) throw Error("trend needs a case id or a glob; `ratchet baseline show` lists cases");
  const std::string branch = text_of(values, "branch");
  const history::Metric metric = history::metric_from(text_of(values, "metric"));
  const db::HistoryFilter filter = filter_from(values);
  const bool in_order = !is_set(values, "all");
  // Git walks while the store is read: each takes about as long.
  std::future<history::Line> walked = std::async(std::launch::async, [&, here = std::filesystem::current_path()] {
    return in_order ? history::line_of(here, branch) : history::Line{};
  });
  db::Store& store = context.store(db::Mode::ReadOnly);
  std::vector<history::Recorded> recorded =
      history::recorded(store, known_cases(store, glob, filter.device_name), filter);
  const history::Line line = walked.get();

  const history::Found all = history::series_of(store, std::move(recorded), metric, line, policy_from(context, values));
  tell_left_out(context, all, line, branch);
  if (all.series.empty()) nothing_found(glob, metric, all);
  if (context.json()) {
    context.out() << report::trend_json(all.series);
  } else if (is_set(values, "csv")) {
    context.out() << report::trend_csv(all.series);
  } else {
    const std::size_t rows = filter.limit.value_or(kRows);
    for (const history::Series& one : all.series) context.out() << report::trend_text(one, context.paint(), rows);
  }
  return 0;
}

}  // namespace ratchet::cli
