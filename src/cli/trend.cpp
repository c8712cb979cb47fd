#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ratchet/cusum.h"
#include "ratchet/error.h"
#include "ratchet/glob.h"
#include "src/cli/anchored.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/report/history_report.h"
#include "src/report/units.h"
#include "src/repository/git.h"
#include "src/repository/spelling.h"

namespace ratchet::cli {
namespace {

// Commits in first-parent order, not by date: rebased and clock-skewed commits lie about time. What is not on that line
// (other branches, dirty trees' commits that were rewritten) is left out and counted. A clean commit beside the line
// stands for the one on it that has its tree: a pull request was measured as the merge that GitHub tried, and main got
// the same code as another commit.
std::size_t put_in_order(std::vector<db::HistoryPoint>& points, const std::vector<std::string>& newest_first,
                         const std::map<std::string, std::string>& trees) {
  std::map<std::string, std::size_t> age;
  for (std::size_t i = 0; i < newest_first.size(); ++i) age[newest_first[i]] = i;
  for (db::HistoryPoint& point : points) {
    const auto same = trees.find(point.commit.tree);
    if (!age.contains(point.commit.sha) && !point.commit.dirty && same != trees.end()) point.commit.sha = same->second;
  }
  const std::size_t before = points.size();
  std::erase_if(points, [&](const db::HistoryPoint& point) { return !age.contains(point.commit.sha); });
  std::stable_sort(points.begin(), points.end(), [&](const db::HistoryPoint& a, const db::HistoryPoint& b) {
    return age[a.commit.sha] > age[b.commit.sha];
  });
  return before - points.size();
}

std::vector<std::string> matching_cases(db::Store& store, const std::string& glob) {
  const std::vector<std::string> names = store.case_names();
  std::vector<std::string> chosen;
  for (const std::string& name : names) {
    if (glob_matches(glob, name)) chosen.push_back(name);
  }
  if (!chosen.empty()) return chosen;
  const std::string close = repository::nearest(glob, names);
  throw Error("no recorded case matches \"" + report::printable(glob) + "\"" +
              (close.empty() ? "" : "; did you mean \"" + close + "\"?"));
}

// What was measured beside a recorded baseline of the case, oldest first. Duets with any other revision (check --base)
// would tear the sums apart: where the anchor changes they begin anew.
std::vector<AnchoredChange> beside_baselines(db::Store& store, const std::string& id, const std::string& device,
                                             const std::vector<db::BaselineMove>& moves) {
  std::set<std::string> anchors;
  for (const db::BaselineMove& move : moves) anchors.insert(move.commit.sha);
  std::vector<AnchoredChange> changes = credible_changes(store, id, device);
  std::erase_if(changes, [&](const AnchoredChange& one) {
    return one.candidate.dirty || one.baseline.empty() || !anchors.contains(one.baseline);
  });
  return changes;
}

std::vector<CusumReading> sums_of(const std::vector<AnchoredChange>& changes, double tolerance, double confidence) {
  std::vector<CusumPoint> points;
  for (const AnchoredChange& one : changes) {
    points.push_back(
        {one.candidate.sha, one.baseline, std::log1p(one.change), standard_error_of(one.change_ci, confidence)});
  }
  return cusum(points, std::log1p(tolerance));
}

// `line` empty: no order is asked for, and what has no order has no sum.
void watch_for_drift(db::Store& store, const std::vector<std::string>& line, const Policy& policy,
                     report::Trend& trend) {
  std::vector<db::BaselineMove> moves = store.baseline_log(trend.case_id);
  std::erase_if(moves, [&](const db::BaselineMove& move) { return move.device_name != trend.device_name; });
  if (moves.empty()) return;
  std::vector<AnchoredChange> changes = beside_baselines(store, trend.case_id, trend.device_name, moves);
  std::vector<CusumReading> sums;
  if (!line.empty()) {
    changes = in_commit_order(changes, line).changes;
    sums = sums_of(changes, tolerance_of(policy, trend.case_id, moves.back().device_kind), policy.confidence);
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const AnchoredChange& one = changes[i];
    report::Anchored& anchored = trend.anchored[one.candidate.sha];
    anchored = {one.baseline, one.change, one.change_ci, std::nullopt};
    if (sums.empty()) continue;
    anchored.sums = sums[i];
    if (sums[i].drift) trend.drifts.push_back({one.candidate.sha, *sums[i].drift});
  }
}

}  // namespace

void declare_trend(po::options_description& options) {
  options.add_options()("csv", po::bool_switch(), "comma-separated values on stdout")(
      "device", po::value<std::string>()->value_name("NAME"), "only this device model")(
      "limit", po::value<std::size_t>()->value_name("N"), "the newest N runs of a case")(
      "all", po::bool_switch(), "also commits beside the first-parent line of HEAD, by date of the run");
}

int trend(Context& context, const po::variables_map& values) {
  const std::string glob = text_of(values, "case");
  if (glob.empty()) throw Error("trend needs a case id or a glob; `ratchet baseline show` lists cases");
  db::Store& store = context.store(db::Mode::ReadOnly);
  db::HistoryFilter filter;
  filter.device_name = text_of(values, "device");
  if (values.count("limit") > 0) filter.limit = values["limit"].as<std::size_t>();
  const bool all = is_set(values, "all");
  const std::vector<std::string> line =
      all ? std::vector<std::string>{} : repository::first_parent_history(context.root(), "HEAD", kHistoryLimit);

  const std::map<std::string, std::string> trees =
      all ? std::map<std::string, std::string>{}
          : repository::first_parent_trees(context.root(), "HEAD", kHistoryLimit);
  const Policy policy = policy_from(context, values);
  std::vector<report::Trend> trends;
  std::size_t left_out = 0;
  for (const std::string& id : matching_cases(store, glob)) {
    std::vector<db::HistoryPoint> points = store.history(id, filter);
    std::erase_if(points, [](const db::HistoryPoint& point) { return point.summary.samples == 0; });
    if (!all) left_out += put_in_order(points, line, trees);
    std::map<std::string, report::Trend> by_device;
    for (db::HistoryPoint& point : points) by_device[point.device_name].points.push_back(std::move(point));
    for (auto& [device, one] : by_device) {
      one.case_id = id;
      one.device_name = device;
      if (const auto standing = store.baseline(id, device)) one.baseline_ns = standing->median_ns;
      watch_for_drift(store, line, policy, one);
      trends.push_back(std::move(one));
    }
  }
  if (left_out > 0)
    context.log().warn("{} of commits beside the first-parent line of HEAD left out; --all shows them",
                       report::count(left_out, "point"));
  if (trends.empty())
    throw Error("no recorded run holds samples of \"" + report::printable(glob) + "\" on this line of history");
  if (context.json()) {
    context.out() << report::trend_json(trends);
  } else if (is_set(values, "csv")) {
    context.out() << report::trend_csv(trends);
  } else {
    for (const report::Trend& one : trends) context.out() << report::trend_text(one, context.paint());
  }
  return 0;
}

}  // namespace ratchet::cli
