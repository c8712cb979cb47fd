#include "ratchet/error.h"
#include "ratchet/glob.h"
#include "src/cli/commands.h"
#include "src/report/history_report.h"

namespace ratchet::cli {
namespace {

// The newest move of each case and device, without those that were taken back.
std::vector<db::BaselineMove> current(const std::vector<db::BaselineMove>& log) {
  std::vector<db::BaselineMove> newest;
  for (const db::BaselineMove& move : log) {
    std::erase_if(newest, [&](const db::BaselineMove& other) {
      return other.case_id == move.case_id && other.device_name == move.device_name;
    });
    if (move.kind != "retired") newest.push_back(move);
  }
  return newest;
}

void print(Context& context, const std::vector<db::BaselineMove>& moves) {
  context.out() << (context.json() ? report::baselines_json(moves) : report::baselines_text(moves, context.paint()));
}

int retire(Context& context, const po::variables_map& values) {
  const std::string glob = text_of(values, "case");
  const std::string reason = text_of(values, "reason");
  if (glob.empty() || reason.empty())
    throw Error("retiring a baseline needs the case and --reason TEXT; it is audited");
  db::Store& store = context.store(db::Mode::ReadWrite);
  db::Recording recording;
  for (const db::BaselineMove& standing : current(store.baseline_log(glob))) {
    db::BaselineMove move;
    move.replaces = standing.id;
    move.kind = "retired";
    move.case_id = standing.case_id;
    move.device_name = standing.device_name;
    move.device_kind = standing.device_kind;
    move.reason = reason;
    move.actor = context.actor();
    move.moved_at = context.now();
    recording.moves.push_back(move);
  }
  if (recording.moves.empty())
    throw Error("no baseline matches \"" + report::printable(glob) + "\"; `ratchet baseline show` lists them");
  store.record(recording);
  print(context, recording.moves);
  return 0;
}

}  // namespace

void declare_baseline(po::options_description& options) {
  options.add_options()("reason", po::value<std::string>()->value_name("TEXT"), "why a baseline is retired");
}

int baseline(Context& context, const po::variables_map& values) {
  const std::string action = text_of(values, "action");
  const std::string glob = text_of(values, "case").empty() ? "*" : text_of(values, "case");
  if (action == "retire") return retire(context, values);
  if (action != "show" && action != "log")
    throw Error("say `ratchet baseline show`, `log` or `retire CASE --reason TEXT`");
  db::Store& store = context.store(db::Mode::ReadOnly);
  std::vector<db::BaselineMove> moves = store.baseline_log(glob);
  if (action == "show") {
    moves = current(moves);
    for (db::BaselineMove& move : moves) move.since = store.remeasured(move);
  }
  print(context, moves);
  return 0;
}

}  // namespace ratchet::cli
