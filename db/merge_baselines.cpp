#include "db/merge_baselines.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "db/json_text.h"
#include "db/moves.h"

namespace ratchet::db {
namespace {

using History = std::vector<BaselineMove>;  // of one case on one device model, oldest first
using Histories = std::map<std::pair<std::string, std::string>, History>;

Histories by_baseline(const std::vector<BaselineMove>& moves) {
  Histories histories;
  for (const BaselineMove& move : moves) histories[{move.case_id, move.device_name}].push_back(move);
  return histories;
}

bool is_same_move(const BaselineMove& a, const BaselineMove& b) {
  const auto content = [](const BaselineMove& of) {
    return std::tie(of.kind, of.commit.sha, of.commit.tree, of.module_hash, of.run_uuid, of.definition, of.median_ns,
                    of.ci_lo_ns, of.ci_hi_ns, of.reason, of.actor, of.moved_at);
  };
  return content(a) == content(b);
}

// Whatever move brought it.
bool is_same_baseline(const BaselineMove& a, const BaselineMove& b) {
  const auto content = [](const BaselineMove& of) {
    return std::tie(of.commit.sha, of.commit.tree, of.module_hash, of.definition, of.median_ns);
  };
  return content(a) == content(b);
}

bool begins_with(const History& whole, const History& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin(), is_same_move);
}

std::string name_of(const BaselineMove& move) { return "baseline of " + move.case_id + " on " + move.device_name; }

bool is_resolved(Connection& connection, const std::string& theirs) {
  Statement find(connection, "find a conflict of baselines", "SELECT 1 FROM baseline_conflicts WHERE theirs = ?");
  find.start(theirs);
  return find.step();
}

void require_fit(Connection& connection, const BaselineMove& move) {
  if (move.kind == "retired") return;
  if (move.commit.dirty) throw Error(name_of(move) + ": not merged: its commit was dirty");
  // What a move without a run rests on lies in a verdict that is not known by name any more.
  if (!move.run_uuid.empty()) require_run_evidence(connection, move);
}

// Theirs goes on where ours ends.
void follow(Connection& connection, const History& ours, const History& theirs, Merged& merged) {
  std::int64_t last = ours.empty() ? 0 : ours.back().id;
  for (std::size_t i = ours.size(); i < theirs.size(); ++i) {
    BaselineMove move = theirs[i];
    require_fit(connection, move);
    move.replaces = move.kind == "set" ? 0 : last;
    last = insert_move(connection, move);
    ++merged.moves;
  }
}

// Only numbers of one definition can be called tighter; and what a person retired here stays retired.
bool is_tighter(const BaselineMove& theirs, const BaselineMove& ours) {
  return ours.kind != "retired" && theirs.definition == ours.definition && theirs.median_ns < ours.median_ns;
}

void resolve(Connection& connection, const History& ours, const BaselineMove& theirs, const std::string& source,
             const Author& author, Merged& merged) {
  if (theirs.kind == "retired") return;  // their retirement of another history loosens nothing here
  const std::string description = move_text(theirs);
  const bool had =
      std::any_of(ours.begin(), ours.end(), [&](const BaselineMove& move) { return is_same_baseline(move, theirs); });
  if (had || is_resolved(connection, description)) return;
  BaselineConflict conflict{ours.back(), theirs, is_tighter(theirs, ours.back())};
  std::optional<std::int64_t> taken;
  if (conflict.taken) {
    require_fit(connection, theirs);
    BaselineMove move = theirs;
    move.kind = "advanced";
    move.replaces = ours.back().id;
    move.reason = "merged from " + source + ": tighter than " + ours.back().commit.sha.substr(0, 12);
    move.actor = author.actor;
    move.moved_at = author.now;
    taken = insert_move(connection, move);
    ++merged.moves;
  }
  Statement insert(connection, "record a conflict of the " + name_of(theirs),
                   "INSERT INTO baseline_conflicts (ours, theirs, taken, source, actor, resolved_at) "
                   "VALUES (?, ?, ?, ?, ?, ?)");
  insert.run(ours.back().id, description, taken, source, author.actor, author.now);
  merged.conflicts.push_back(std::move(conflict));
}

}  // namespace

void merge_baselines(Connection& connection, const std::vector<BaselineMove>& theirs, const std::string& source,
                     const Author& author, Merged& merged) {
  const Histories here = by_baseline(moves_matching(connection, "*"));
  for (const auto& [name, there] : by_baseline(theirs)) {
    const auto found = here.find(name);
    const History ours = found == here.end() ? History{} : found->second;
    if (begins_with(ours, there)) continue;
    begins_with(there, ours) ? follow(connection, ours, there, merged)
                             : resolve(connection, ours, there.back(), source, author, merged);
  }
}

}  // namespace ratchet::db
