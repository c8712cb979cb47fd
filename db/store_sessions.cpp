#include <algorithm>
#include <set>

#include "db/json_text.h"
#include "db/rows.h"
#include "db/store.h"
#include "ratchet/environment.h"
#include "ratchet/summary.h"

namespace ratchet::db {
namespace {

// Rows whose numbers may be compared with this environment's, whatever the device's uuid and the machine.
std::set<std::int64_t> comparable_rows(Connection& connection, const Environment& environment) {
  Statement select(connection, "read the environments", "SELECT id FROM environments");
  std::vector<std::int64_t> all;
  for (select.start(); select.step();) all.push_back(select.integer(0));
  std::set<std::int64_t> rows;
  for (const std::int64_t id : all) {
    if (!incomparable(load_environment(connection, id), environment)) rows.insert(id);
  }
  return rows;
}

// A definition or cache state that differs is another benchmark, although the code is the same.
std::string code_of(const std::string& module_hash, const Commit& commit, const CaseFacts& facts) {
  std::string code = module_hash;
  if (code.empty() && !commit.dirty) code = commit.sha;
  return code.empty() ? "" : code + "|" + facts.definition + "|" + facts.l2;
}

void add(std::vector<Session>& sessions, const std::string& code, Launches launches) {
  std::erase_if(launches, [](const std::vector<double>& samples) { return samples.empty(); });
  if (code.empty() || launches.empty()) return;
  Session session{code, launch_medians(launches)};
  const bool timed = std::all_of(session.launch_medians_ns.begin(), session.launch_medians_ns.end(),
                                 [](double median_ns) { return median_ns > 0; });
  if (timed) sessions.push_back(std::move(session));
}

// The two arms of one case in one duet. Arms of one code are one session of it: they never were apart.
void add_arms(std::vector<Session>& sessions, const std::string& sides, const std::string& facts, Bytes blob) {
  const DuetCase of = facts_from(facts);
  if (!of.failures.empty()) return;
  Duet duet;
  read_sides(sides, duet);
  Launches baseline = decode(blob);
  Launches candidate;
  for (std::size_t i = 1; i < baseline.size(); i += 2) {
    candidate.push_back(std::move(baseline[i]));
    baseline[i].clear();
  }
  CaseFacts baseline_facts = of.facts;
  if (!of.baseline_definition.empty()) baseline_facts.definition = of.baseline_definition;
  const std::string baseline_code = code_of(duet.baseline.module_hash, duet.baseline.commit, baseline_facts);
  const std::string candidate_code = code_of(duet.candidate.module_hash, duet.candidate.commit, of.facts);
  if (!of.baseline_check || of.baseline_check->verified) add(sessions, baseline_code, std::move(baseline));
  if (candidate_code == baseline_code) return;
  if (!of.candidate_check || of.candidate_check->verified) add(sessions, candidate_code, std::move(candidate));
}

void add_runs(std::vector<Session>& sessions, Connection& connection, const std::string& case_id,
              const std::set<std::int64_t>& rows, std::string_view device_kind, std::size_t newest) {
  Statement select(connection, "read the sessions of " + case_id,
                   "SELECT r.environment_id, r.telemetry, f.definition, f.l2, c.sha, c.tree, c.dirty, c.subject, "
                   "c.time, coalesce((SELECT b.module_sha256 FROM baselines AS b WHERE b.case_id = m.case_id AND "
                   "b.commit_id = r.commit_id AND b.module_sha256 IS NOT NULL ORDER BY b.id DESC LIMIT 1), ''), s.data "
                   "FROM cases JOIN measurements AS m ON m.case_id = cases.id JOIN facts AS f ON f.id = m.facts_id "
                   "JOIN runs AS r ON r.id = m.run_id JOIN commits AS c ON c.id = r.commit_id "
                   "JOIN samples AS s ON s.run_id = m.run_id AND s.case_id = m.case_id WHERE cases.name = ? AND m.samples > 0 AND m.failures IS NULL AND "
                   "coalesce(m.verified, 1) = 1 ORDER BY r.started_s DESC, r.id DESC");
  std::size_t seen = 0;
  for (select.start(case_id); seen < newest && select.step();) {
    Row row(select);
    if (!rows.contains(row.integer()) || degraded(telemetry_from(row.text()), device_kind)) continue;
    ++seen;
    CaseFacts facts;
    facts.definition = row.text();
    facts.l2 = row.text();
    const Commit commit = read_commit(row);
    const std::string module_hash = row.text();
    add(sessions, code_of(module_hash, commit, facts), decode(row.blob()));
  }
}

void add_duets(std::vector<Session>& sessions, Connection& connection, const std::string& case_id,
               const std::set<std::int64_t>& rows, std::string_view device_kind, std::size_t newest) {
  Statement select(connection, "read the sessions of " + case_id,
                   "SELECT coalesce(d.environment_id, 0), d.telemetry, d.sides, s.facts, s.data FROM cases "
                   "JOIN duet_samples AS s ON s.case_id = cases.id JOIN duets AS d ON d.id = s.duet_id "
                   "JOIN verdicts AS v ON v.id = s.verdict_id WHERE cases.name = ? ORDER BY v.made_s DESC, v.id DESC");
  std::size_t seen = 0;
  for (select.start(case_id); seen < newest && select.step();) {
    Row row(select);
    if (!rows.contains(row.integer()) || degraded(telemetry_from(row.text()), device_kind)) continue;
    ++seen;
    const std::string sides = row.text();
    const std::string facts = row.text();
    add_arms(sessions, sides, facts, row.blob());
  }
}

}  // namespace

std::vector<Session> Store::sessions(const std::string& case_id, const Environment& environment, std::size_t newest) {
  const std::set<std::int64_t> rows = comparable_rows(connection_, environment);
  std::vector<Session> sessions;
  try {
    add_runs(sessions, connection_, case_id, rows, environment.device.kind, newest);
    add_duets(sessions, connection_, case_id, rows, environment.device.kind, newest);
  } catch (const Error& fault) {
    throw Error("history of " + case_id + ": " + fault.what());
  }
  return sessions;
}

}  // namespace ratchet::db
