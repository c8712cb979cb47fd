#include "db/json_text.h"
#include "db/moves.h"
#include "db/rows.h"
#include "db/samples.h"
#include "db/store.h"
#include "ratchet/statistics.h"

namespace ratchet::db {
namespace {

constexpr std::string_view kMoves =
    "SELECT b.id, coalesce(b.replaces, 0), b.kind, cases.name, b.device_name, b.device_kind, coalesce(b.module_sha256, "
    "''), "
    "coalesce(runs.uuid, ''), b.definition, coalesce(b.median_ns, 0.0), coalesce(b.ci_lo_ns, 0.0), "
    "coalesce(b.ci_hi_ns, 0.0), b.reason, b.actor, b.moved_at, b.commit_id FROM baselines AS b "
    "JOIN cases ON cases.id = b.case_id LEFT JOIN runs ON runs.id = b.run_id ";

constexpr std::string_view kNewest =
    "b.id = (SELECT max(id) FROM baselines WHERE case_id = b.case_id AND device_name = b.device_name)";

BaselineMove read_move(Connection& connection, const Statement& select) {
  Row row(select);
  BaselineMove move;
  move.id = row.integer();
  move.replaces = row.integer();
  move.kind = row.text();
  move.case_id = row.text();
  move.device_name = row.text();
  move.device_kind = row.text();
  move.module_hash = row.text();
  move.run_uuid = row.text();
  move.definition = row.text();
  move.median_ns = row.real();
  move.ci_lo_ns = row.real();
  move.ci_hi_ns = row.real();
  move.reason = row.text();
  move.actor = row.text();
  move.moved_at = row.text();
  if (!row.is_null()) move.commit = load_commit(connection, row.integer());
  return move;
}

std::string name_of(const BaselineMove& move) { return "baseline of " + move.case_id + " on " + move.device_name; }

[[noreturn]] void refuse(const BaselineMove& move, const std::string& why) {
  throw Error(name_of(move) + ": not moved: " + why);
}

// What a measurement proves about a case; the numbers of a baseline stand on it.
struct Evidence {
  Commit commit;
  std::string definition;
  std::string device_name;
  std::optional<bool> verified;
  bool by_process = false;
  bool failed = false;
};

Evidence evidence_of_run(Connection& connection, const BaselineMove& move) {
  Statement select(connection, "find the measurement behind the " + name_of(move),
                   "SELECT c.sha, c.tree, c.dirty, c.subject, c.time, f.definition, e.device_name, m.verified, "
                   "m.failures IS NOT NULL, f.timed_by FROM runs AS r JOIN commits AS c ON c.id = r.commit_id "
                   "JOIN environments AS e ON e.id = r.environment_id JOIN measurements AS m ON m.run_id = r.id "
                   "JOIN facts AS f ON f.id = m.facts_id JOIN cases ON cases.id = m.case_id "
                   "WHERE r.uuid = ? AND cases.name = ? AND m.samples > 0");
  select.start(move.run_uuid, move.case_id);
  if (!select.step()) refuse(move, "run " + move.run_uuid + " has no measurement of it; record that first");
  Row row(select);
  Evidence evidence;
  evidence.commit = read_commit(row);
  evidence.definition = row.text();
  evidence.device_name = row.text();
  const bool checked = !row.is_null();
  const bool verified = row.flag();
  if (checked) evidence.verified = verified;
  evidence.failed = row.flag();
  evidence.by_process = row.text() == kByProcess;
  return evidence;
}

Evidence evidence_of_duet(const BaselineMove& move, const std::optional<VerdictRecord>& verdict) {
  for (const auto& duet : verdict ? verdict->duets : std::vector<Duet>{}) {
    for (const auto& of : duet.cases) {
      if (of.facts.id != move.case_id) continue;
      if (!duet.candidate.module_hash.empty() && duet.candidate.module_hash != move.module_hash) {
        refuse(move, "the duet measured module " + duet.candidate.module_hash + ", not " + move.module_hash);
      }
      Evidence evidence;
      evidence.commit = duet.candidate.commit;
      evidence.definition = of.facts.definition;
      evidence.device_name = duet.environment ? duet.environment->device.name : "";
      if (of.candidate_check) evidence.verified = of.candidate_check->verified;
      evidence.by_process = is_by_process(of.facts);
      evidence.failed = of.launches.empty() || !of.failures.empty();
      return evidence;
    }
  }
  refuse(move, "neither a run nor a duet of this recording measured it; name the run");
}

void require_evidence(const BaselineMove& move, const Evidence& evidence) {
  if (move.commit.dirty || evidence.commit.dirty)
    refuse(move, "its commit was dirty; commit the changes and measure again");
  const bool same_tree = !move.commit.tree.empty() && evidence.commit.tree == move.commit.tree;
  if (evidence.commit.sha != move.commit.sha && !same_tree) {
    refuse(move, "it was measured at commit " + evidence.commit.sha + ", not " + move.commit.sha);
  }
  if (evidence.device_name != move.device_name) refuse(move, "it was measured on \"" + evidence.device_name + "\"");
  if (evidence.definition != move.definition) refuse(move, "the measurement has another definition of the case");
  // A program vouches for its own results, by its exit status.
  if (!evidence.verified && !evidence.by_process)
    refuse(move, "its results were not checked against the reference; measure with verification");
  if (evidence.verified && !*evidence.verified) refuse(move, "its results are wrong; correct the kernel");
  if (evidence.failed) refuse(move, "it failed in some launches; measure again");
}

}  // namespace

std::optional<BaselineMove> Store::baseline(const std::string& case_id, const std::string& device_name) {
  Statement select(connection_, "read the baseline of " + case_id,
                   std::string(kMoves) + "WHERE cases.name = ? AND b.device_name = ? AND b.kind <> 'retired' AND " +
                       std::string(kNewest));
  select.start(case_id, device_name);
  if (!select.step()) return std::nullopt;
  return read_move(connection_, select);
}

std::vector<BaselineMove> Store::baselines(const std::string& device_name) {
  Statement select(connection_, "read the baselines",
                   std::string(kMoves) + "WHERE b.device_name = ? AND b.kind <> 'retired' AND " + std::string(kNewest) +
                       " ORDER BY cases.name");
  std::vector<BaselineMove> moves;
  for (select.start(device_name); select.step();) moves.push_back(read_move(connection_, select));
  return moves;
}

std::vector<BaselineMove> Store::baseline_log(const std::string& case_glob) {
  return moves_matching(connection_, case_glob);
}

std::vector<BaselineMove> moves_matching(Connection& connection, const std::string& case_glob) {
  Statement select(connection, "read the moves of baselines",
                   std::string(kMoves) + "WHERE cases.name = ?1 OR cases.name GLOB ?1 ORDER BY b.id");
  std::vector<BaselineMove> moves;
  for (select.start(case_glob); select.step();) moves.push_back(read_move(connection, select));
  return moves;
}

void require_run_evidence(Connection& connection, const BaselineMove& move) {
  require_evidence(move, evidence_of_run(connection, move));
}

std::optional<Remeasured> Store::remeasured(const BaselineMove& move) {
  Statement select(connection_, "read what was measured since of the " + name_of(move),
                   "SELECT d.sides, s.data FROM cases JOIN duet_samples AS s ON s.case_id = cases.id "
                   "JOIN verdicts AS v ON v.id = s.verdict_id JOIN duets AS d ON d.id = s.duet_id "
                   "JOIN environments AS e ON e.id = d.environment_id "
                   "WHERE cases.name = ? AND e.device_name = ? AND v.made_s >= unixepoch(?)");
  std::vector<double> sessions;
  for (select.start(move.case_id, move.device_name, move.moved_at); select.step();) {
    Duet duet;
    read_sides(select.text(0), duet);
    if (duet.baseline.module_hash != move.module_hash) continue;
    std::vector<double> launches;
    for (const DuetLaunch& launch : decode_duet("the " + name_of(move), select.blob(1)))
      launches.push_back(median(launch.baseline_ns));
    if (!launches.empty()) sessions.push_back(median(launches));
  }
  if (sessions.empty()) return std::nullopt;
  return Remeasured{median(sessions), sessions.size()};
}

void Store::put_move(const BaselineMove& move, const Recording& recording) {
  require_time(connection_, move.moved_at, name_of(move) + ": moved_at");
  const auto current = baseline(move.case_id, move.device_name);
  if ((current ? current->id : 0) != move.replaces) {
    throw StaleBaseline(name_of(move) + ": another process moved it meanwhile; nothing was recorded, judge again");
  }
  if ((move.kind == "set") != (move.replaces == 0)) {
    refuse(move, current ? "there is one already: advance, accept or retire it" : "there is none yet: set it first");
  }
  if (move.kind != "retired") {
    move.run_uuid.empty() ? require_evidence(move, evidence_of_duet(move, recording.verdict))
                          : require_run_evidence(connection_, move);
  }
  insert_move(connection_, move);
}

std::int64_t insert_move(Connection& connection, const BaselineMove& move) {
  const bool retired = move.kind == "retired";
  Statement insert(
      connection, "move the " + name_of(move),
      "INSERT INTO baselines (case_id, device_name, device_kind, kind, replaces, commit_id, module_sha256, "
      "run_id, definition, median_ns, ci_lo_ns, ci_hi_ns, reason, actor, moved_at) VALUES "
      "(?1, ?2, ?3, ?4, nullif(?5, 0), ?6, ?7, (SELECT id FROM runs WHERE uuid = ?8), ?9, ?10, ?11, ?12, "
      "?13, ?14, ?15) RETURNING id");
  const auto number = [&](double value) { return retired ? std::nullopt : std::optional(value); };
  return insert.run_for_id(put_case(connection, move.case_id), move.device_name, move.device_kind, move.kind,
                           move.replaces, retired ? std::nullopt : std::optional(put_commit(connection, move.commit)),
                           retired ? std::nullopt : std::optional(move.module_hash), move.run_uuid, move.definition,
                           number(move.median_ns), number(move.ci_lo_ns), number(move.ci_hi_ns), move.reason,
                           move.actor, move.moved_at);
}

}  // namespace ratchet::db
