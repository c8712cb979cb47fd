#include <algorithm>

#include "db/json_text.h"
#include "db/rows.h"
#include "db/samples.h"
#include "db/store.h"

namespace ratchet::db {
namespace {

std::optional<std::int64_t> put_known_commit(Connection& connection, const Commit& commit) {
  return commit.sha.empty() ? std::nullopt : std::optional(put_commit(connection, commit));
}

std::optional<std::int64_t> put_known_environment(Connection& connection,
                                                  const std::optional<Environment>& environment) {
  return environment ? std::optional(put_environment(connection, *environment)) : std::nullopt;
}

void put_duet(Connection& connection, std::int64_t verdict, const Duet& duet) {
  Statement insert(connection, "record a duet",
                   "INSERT INTO duets (verdict_id, environment_id, sides, telemetry) VALUES (?, ?, ?, ?) RETURNING id");
  const std::int64_t id = insert.run_for_id(verdict, put_known_environment(connection, duet.environment),
                                            sides_text(duet), telemetry_text(duet.telemetry));
  for (const auto& of : duet.cases) {
    Statement samples(connection, "record the duet of " + of.facts.id,
                      "INSERT INTO duet_samples (verdict_id, case_id, duet_id, facts, data) VALUES (?, ?, ?, ?, ?)");
    samples.run(verdict, put_case(connection, of.facts.id), id, facts_text(of),
                Bytes(encode_duet(of.launches, of.facts.batch)));
  }
}

std::optional<double> optional_real(Row& row) {
  const bool known = !row.is_null();
  const double value = row.real();
  return known ? std::optional(value) : std::nullopt;
}

std::vector<VerdictCase> load_cases(Connection& connection, std::int64_t verdict) {
  std::vector<VerdictCase> cases;
  Statement select(connection, "read the cases of a verdict",
                   "SELECT name, verdict, method, change, change_lo, change_hi, launches FROM verdict_cases AS v "
                   "JOIN cases ON cases.id = case_id WHERE verdict_id = ? ORDER BY v.rowid");
  for (select.start(verdict); select.step();) {
    Row row(select);
    VerdictCase judged;
    judged.case_id = row.text();
    judged.verdict = row.text();
    judged.method = row.text();
    judged.change = optional_real(row);
    judged.change_lo = optional_real(row);
    judged.change_hi = optional_real(row);
    judged.launches = row.count();
    cases.push_back(std::move(judged));
  }
  return cases;
}

std::vector<Duet> load_duets(Connection& connection, std::int64_t verdict) {
  std::vector<Duet> duets;
  Statement select(connection, "read the duets of a verdict",
                   "SELECT id, sides, telemetry, environment_id FROM duets WHERE verdict_id = ? ORDER BY id");
  Statement cases(connection, "read the samples of a duet",
                  "SELECT facts, data FROM duet_samples WHERE duet_id = ? ORDER BY rowid");
  for (select.start(verdict); select.step();) {
    Row row(select);
    Duet duet;
    const std::int64_t id = row.integer();
    read_sides(row.text(), duet);
    duet.telemetry = telemetry_from(row.text());
    if (!row.is_null()) duet.environment = load_environment(connection, row.integer());
    for (cases.start(id); cases.step();) {
      DuetCase of = facts_from(cases.text(0));
      of.launches = decode_duet("case " + of.facts.id, cases.blob(1));
      read_clocks(cases.text(0), of);
      duet.cases.push_back(std::move(of));
    }
    duets.push_back(std::move(duet));
  }
  return duets;
}

}  // namespace

void Store::put_verdict(const VerdictRecord& verdict) {
  if (const auto known = load_verdict(verdict.uuid)) {
    if (content(*known) == content(verdict)) return;
    throw Error("verdict " + verdict.uuid +
                ": one of this uuid with other content is already recorded; give it a new uuid");
  }
  require_time(connection_, verdict.made_at, "verdict " + verdict.uuid + ": made_at");
  Statement insert(
      connection_, "record verdict " + verdict.uuid,
      "INSERT INTO verdicts (uuid, made_at, baseline_commit_id, candidate_commit_id, environment_id, outcome, "
      "exit_code, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  const std::int64_t id = insert.run_for_id(
      verdict.uuid, verdict.made_at, put_known_commit(connection_, verdict.baseline),
      put_known_commit(connection_, verdict.candidate), put_known_environment(connection_, verdict.environment),
      verdict.outcome, verdict.exit_code, verdict.document);
  for (const auto& judged : verdict.cases) {
    Statement put(
        connection_, "record the verdict on " + judged.case_id,
        "INSERT INTO verdict_cases (verdict_id, case_id, verdict, method, change, change_lo, change_hi, launches) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    put.run(id, put_case(connection_, judged.case_id), judged.verdict, judged.method, judged.change, judged.change_lo,
            judged.change_hi, judged.launches);
  }
  for (const auto& duet : verdict.duets) put_duet(connection_, id, duet);
}

std::optional<VerdictRecord> Store::load_verdict(const std::string& uuid) {
  Statement select(connection_, "read verdict " + uuid,
                   "SELECT id, made_at, outcome, exit_code, document, baseline_commit_id, candidate_commit_id, "
                   "environment_id FROM verdicts WHERE uuid = ?");
  select.start(uuid);
  if (!select.step()) return std::nullopt;
  VerdictRecord verdict;
  verdict.uuid = uuid;
  Row row(select);
  const std::int64_t id = row.integer();
  verdict.made_at = row.text();
  verdict.outcome = row.text();
  verdict.exit_code = static_cast<int>(row.integer());
  verdict.document = row.text();
  if (!select.is_null(5)) verdict.baseline = load_commit(connection_, select.integer(5));
  if (!select.is_null(6)) verdict.candidate = load_commit(connection_, select.integer(6));
  if (!select.is_null(7)) verdict.environment = load_environment(connection_, select.integer(7));
  verdict.cases = load_cases(connection_, id);
  verdict.duets = load_duets(connection_, id);
  return verdict;
}

std::optional<VerdictRecord> Store::verdict(const std::string& uuid_prefix) {
  require_prefix(uuid_prefix);
  Statement select(connection_, "find verdict " + uuid_prefix,
                   "SELECT uuid, made_at, outcome FROM verdicts WHERE substr(uuid, 1, length(?1)) = ?1 ORDER BY id");
  std::vector<std::string> uuids;
  std::string lines;
  for (select.start(uuid_prefix); select.step();) {
    uuids.push_back(select.text(0));
    lines += "\n  " + uuids.back() + " made at " + select.text(1) + ": " + select.text(2);
    if (uuids.back() == uuid_prefix) return load_verdict(uuid_prefix);
  }
  if (uuids.empty()) return std::nullopt;
  if (uuids.size() > 1) throw Error(uuid_prefix + ": more than one verdict has this name; give one of" + lines);
  return load_verdict(uuids.front());
}

std::optional<VerdictRecord> Store::newest_verdict() {
  Statement select(connection_, "find the newest verdict", "SELECT uuid FROM verdicts ORDER BY id DESC LIMIT 1");
  select.start();
  if (!select.step()) return std::nullopt;
  return load_verdict(select.text(0));
}

std::vector<PastDuet> Store::past_duets(const std::string& case_id, const HistoryFilter& filter) {
  if (!filter.since.empty()) require_time(connection_, filter.since, "since");
  Statement select(connection_, "read the duets of " + case_id,
                   "SELECT v.uuid, v.made_at, coalesce(e.fingerprint, ''), s.facts, s.data FROM cases "
                   "JOIN duet_samples AS s ON s.case_id = cases.id JOIN verdicts AS v ON v.id = s.verdict_id "
                   "JOIN duets AS d ON d.id = s.duet_id LEFT JOIN environments AS e ON e.id = d.environment_id "
                   "WHERE cases.name = ?1 AND (?2 = '' OR e.device_name = ?2) AND (?3 = '' OR e.fingerprint = ?3) "
                   "AND (?4 = '' OR v.made_s >= unixepoch(?4)) ORDER BY v.made_s DESC, v.id DESC LIMIT ?5");
  const std::int64_t limit = filter.limit ? static_cast<std::int64_t>(*filter.limit) : -1;
  std::vector<PastDuet> past;
  for (select.start(case_id, filter.device_name, filter.environment, filter.since, limit); select.step();) {
    Row row(select);
    PastDuet duet;
    duet.verdict_uuid = row.text();
    duet.made_at = row.text();
    duet.environment = row.text();
    duet.facts = facts_from(row.text()).facts;
    duet.launches = decode_duet("verdict " + duet.verdict_uuid + ", case " + case_id, row.blob());
    past.push_back(std::move(duet));
  }
  std::reverse(past.begin(), past.end());
  return past;
}

// By id and not by made_at: of two measurements of a commit the one that was recorded last is the newest, whatever the
// clocks of two machines said. The rounds are not read.
std::vector<AnchoredChange> Store::anchored_changes(const std::string& case_id, const std::string& device_name) {
  Statement select(connection_, "read the changes of " + case_id,
                   "SELECT v.uuid, v.made_at, c.change, c.change_lo, c.change_hi, c.verdict, c.launches, "
                   "d.sides ->> '$.candidate.commit.sha', d.sides ->> '$.candidate.commit.tree', "
                   "d.sides ->> '$.candidate.commit.dirty', d.sides ->> '$.candidate.commit.subject', "
                   "d.sides ->> '$.candidate.commit.time', d.sides ->> '$.baseline.commit.sha', "
                   "d.telemetry, e.device_kind FROM cases JOIN verdict_cases AS c ON c.case_id = cases.id "
                   "JOIN verdicts AS v ON v.id = c.verdict_id "
                   "JOIN duet_samples AS s ON s.verdict_id = c.verdict_id AND s.case_id = c.case_id "
                   "JOIN duets AS d ON d.id = s.duet_id JOIN environments AS e ON e.id = d.environment_id "
                   "WHERE cases.name = ?1 AND e.device_name = ?2 AND c.method = 'duet' AND c.change IS NOT NULL "
                   "AND c.change_lo IS NOT NULL AND c.change_hi IS NOT NULL ORDER BY v.id");
  std::vector<AnchoredChange> changes;
  for (select.start(case_id, device_name); select.step();) {
    Row row(select);
    AnchoredChange one;
    one.verdict_uuid = row.text();
    one.made_at = row.text();
    one.change = row.real();
    one.change_ci.low = row.real();
    one.change_ci.high = row.real();
    one.verdict = verdict_from(row.text());
    one.launches = row.count();
    one.candidate = read_commit(row);
    one.baseline = row.text();
    one.telemetry = telemetry_from(row.text());
    one.device_kind = row.text();
    changes.push_back(std::move(one));
  }
  return changes;
}

std::vector<CaseJudgement> Store::judgements(const std::string& case_id, const std::string& device_name) {
  Statement select(connection_, "read the verdicts on " + case_id,
                   "SELECT v.uuid, v.made_at, m.sha, m.tree, m.dirty, m.subject, m.time, c.verdict, c.method, "
                   "c.change, c.change_lo, c.change_hi "
                   "FROM cases JOIN verdict_cases AS c ON c.case_id = cases.id "
                   "JOIN verdicts AS v ON v.id = c.verdict_id JOIN commits AS m ON m.id = v.candidate_commit_id "
                   "JOIN environments AS e ON e.id = v.environment_id "
                   "WHERE cases.name = ?1 AND e.device_name = ?2 ORDER BY v.id");
  std::vector<CaseJudgement> judgements;
  for (select.start(case_id, device_name); select.step();) {
    Row row(select);
    CaseJudgement one;
    one.verdict_uuid = row.text();
    one.made_at = row.text();
    one.candidate = read_commit(row);
    one.verdict = verdict_from(row.text());
    const std::string method = row.text();
    one.method = method.empty() ? Method::None : method_from(method);
    one.change = optional_real(row);
    const std::optional<double> low = optional_real(row);
    const std::optional<double> high = optional_real(row);
    if (low && high) one.change_ci = {*low, *high};
    judgements.push_back(std::move(one));
  }
  return judgements;
}

}  // namespace ratchet::db
