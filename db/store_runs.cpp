#include <algorithm>
#include <set>
#include <unordered_map>

#include "db/json_text.h"
#include "db/rows.h"
#include "db/store.h"

namespace ratchet::db {
namespace {

constexpr std::int64_t kAll = -1;  // LIMIT -1

std::int64_t limit_of(std::optional<std::uint64_t> limit) { return limit ? static_cast<std::int64_t>(*limit) : kAll; }

// The facts of a few rows that thousands of measurements share, each read once.
class FactsById {
 public:
  explicit FactsById(Connection& connection)
      : select_(connection, "read the facts of a case",
                "SELECT bytes, flops, peak_memory_bytes, l2, definition, source, batch, timed_by, kernels FROM facts "
                "WHERE id = ?") {}

  CaseFacts of(std::int64_t id, const std::string& case_id) {
    const auto known = known_.find(id);
    CaseFacts facts = known != known_.end() ? known->second : known_.emplace(id, read(id)).first->second;
    facts.id = case_id;
    return facts;
  }

 private:
  CaseFacts read(std::int64_t id) {
    select_.start(id);
    if (!select_.step()) throw Error("the facts of a case are missing; see ratchet doctor");
    Row row(select_);
    CaseFacts facts;
    facts.bytes = row.count();
    facts.flops = row.count();
    facts.peak_memory_bytes = row.count();
    facts.l2 = row.text();
    facts.definition = row.text();
    facts.source = row.text();
    facts.batch = row.count();
    facts.timed_by = row.text();
    facts.kernels = row.text();
    return facts;
  }

  Statement select_;
  std::unordered_map<std::int64_t, CaseFacts> known_;
};

std::optional<Check> read_check(Row& row) {
  const bool checked = !row.is_null();
  const Check check{.verified = row.flag(), .rel_l2 = row.real(), .row_error = row.real()};
  return checked ? std::optional(check) : std::nullopt;
}

// In the order of read_point().
constexpr const char* kPoint =
    "SELECT m.facts_id, m.verified, m.rel_l2, m.row_error, m.samples, m.launches, m.median_ns, m.ci_lo_ns, m.ci_hi_ns, "
    "m.mean_ns, m.min_ns, m.max_ns, c.sha, c.tree, c.dirty, c.subject, c.time, r.uuid, r.started_at, e.fingerprint, "
    "e.device_name, m.energy_j, r.started_s "
    "FROM cases JOIN measurements AS m ON m.case_id = cases.id JOIN runs AS r ON r.id = m.run_id "
    "JOIN commits AS c ON c.id = r.commit_id JOIN environments AS e ON e.id = r.environment_id ";
constexpr int kStartedColumn = 22;

HistoryPoint read_point(const Statement& select, const std::string& case_id, FactsById& facts) {
  Row row(select);
  HistoryPoint point;
  point.facts = facts.of(row.integer(), case_id);
  point.check = read_check(row);
  point.summary = {case_id,    row.count(), row.count(), row.real(), row.real(),
                   row.real(), row.real(),  row.real(),  row.real()};
  point.commit = read_commit(row);
  point.run_uuid = row.text();
  point.started_at = row.text();
  point.environment = row.text();
  point.device_name = row.text();
  point.energy_j = row.real();
  return point;
}

// Most runs measure what the run before did: the row is there already.
std::int64_t put_facts(Connection& connection, const CaseFacts& of) {
  Statement find(connection, "find the facts of " + of.id,
                 "SELECT id FROM facts WHERE bytes = ? AND flops = ? AND peak_memory_bytes = ? AND l2 = ? AND "
                 "definition = ? AND batch = ? AND source = ? AND timed_by = ? AND kernels = ?");
  find.start(of.bytes, of.flops, of.peak_memory_bytes, of.l2, of.definition, of.batch, of.source, of.timed_by,
             of.kernels);
  if (find.step()) return find.integer(0);
  Statement insert(connection, "record the facts of " + of.id,
                   "INSERT INTO facts (bytes, flops, peak_memory_bytes, l2, definition, batch, source, timed_by, "
                   "kernels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  return insert.run_for_id(of.bytes, of.flops, of.peak_memory_bytes, of.l2, of.definition, of.batch, of.source,
                           of.timed_by, of.kernels);
}

struct MeasurementKey {
  std::int64_t case_id;
  std::int64_t run_id;
  std::int64_t facts_id;
};

void put_measurement(Statement& insert, Statement& samples, const MeasurementKey& key, std::size_t position,
                     const Measurement& of, const Summary* summary) {
  const auto number = [&](double Summary::*member) { return summary ? std::optional(summary->*member) : std::nullopt; };
  const auto text = [](std::string json) { return json.empty() ? std::nullopt : std::optional(std::move(json)); };
  insert.run(key.case_id, key.run_id, key.facts_id, position, summary ? summary->samples : 0,
             summary ? summary->launches : 0, number(&Summary::median_ns), number(&Summary::ci_lo_ns),
             number(&Summary::ci_hi_ns), number(&Summary::mean_ns), number(&Summary::min_ns), number(&Summary::max_ns),
             of.sm_clock_mhz, of.energy_j, of.check ? std::optional(of.check->verified) : std::nullopt,
             of.check ? std::optional(of.check->rel_l2) : std::nullopt,
             of.check ? std::optional(of.check->row_error) : std::nullopt, text(warnings_text(of.warnings)),
             text(failures_text(of.failures)));
  samples.run(key.run_id, key.case_id, Bytes(encode(of.launches, of.facts.batch)));
}

// Oldest first. In order of time here and not in SQL, whose sorter would carry every text of a row; mostly they are.
std::vector<HistoryPoint> newest_of(std::vector<HistoryPoint> points,
                                    std::vector<std::pair<std::int64_t, std::size_t>> times,
                                    std::optional<std::uint64_t> limit) {
  const std::size_t count = std::min<std::size_t>(times.size(), limit.value_or(times.size()));
  if (count == times.size() && std::is_sorted(times.begin(), times.end())) return points;
  std::sort(times.begin(), times.end());
  std::vector<HistoryPoint> oldest_first;
  oldest_first.reserve(count);
  for (std::size_t i = times.size() - count; i < times.size(); ++i)
    oldest_first.push_back(std::move(points[times[i].second]));
  return oldest_first;
}

const Summary* summary_of(const std::vector<Summary>& summaries, const std::string& case_id) {
  for (const auto& summary : summaries) {
    if (summary.case_id == case_id) return &summary;
  }
  return nullptr;
}

}  // namespace

void Store::put_run(const Run& run, const std::vector<Summary>& summaries) {
  if (const auto known = load_run(run.uuid)) {
    if (content(*known) == content(run)) return;
    throw Error("run " + run.uuid + ": a run of this uuid with other content is already recorded; give it a new uuid");
  }
  require_time(connection_, run.started_at, "run " + run.uuid + ": started_at");
  Statement insert_run(connection_, "record run " + run.uuid,
                       "INSERT INTO runs (uuid, commit_id, environment_id, started_at, tool, telemetry) "
                       "VALUES (?, ?, ?, ?, ?, ?) RETURNING id");
  const std::int64_t id = insert_run.run_for_id(run.uuid, put_commit(connection_, run.commit),
                                                put_environment(connection_, *run.environment), run.started_at,
                                                run.tool, telemetry_text(run.telemetry));
  Statement insert(connection_, "record the cases of run " + run.uuid,
                   "INSERT INTO measurements (case_id, run_id, facts_id, position, samples, launches, median_ns, "
                   "ci_lo_ns, ci_hi_ns, mean_ns, min_ns, max_ns, sm_clock_mhz, energy_j, verified, rel_l2, row_error, "
                   "warnings, failures) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Statement samples(connection_, "record the samples of run " + run.uuid,
                    "INSERT INTO samples (run_id, case_id, data) VALUES (?, ?, ?)");
  for (std::size_t i = 0; i < run.measurements.size(); ++i) {
    const Measurement& of = run.measurements[i];
    const MeasurementKey key{put_case(connection_, of.facts.id), id, put_facts(connection_, of.facts)};
    put_measurement(insert, samples, key, i, of, summary_of(summaries, of.facts.id));
  }
}

std::optional<Run> Store::load_run(const std::string& uuid) {
  Statement select(connection_, "read run " + uuid,
                   "SELECT id, commit_id, environment_id, started_at, tool, telemetry FROM runs WHERE uuid = ?");
  select.start(uuid);
  if (!select.step()) return std::nullopt;
  Run run;
  run.uuid = uuid;
  Row row(select);
  const std::int64_t id = row.integer();
  run.commit = load_commit(connection_, row.integer());
  run.environment = load_environment(connection_, row.integer());
  run.started_at = row.text();
  run.tool = row.text();
  run.telemetry = telemetry_from(row.text());
  FactsById facts(connection_);
  Statement cases(connection_, "read the cases of run " + uuid,
                  "SELECT m.facts_id, cases.name, m.verified, m.rel_l2, m.row_error, m.warnings, m.failures, "
                  "m.sm_clock_mhz, m.energy_j, samples.data FROM measurements AS m "
                  "JOIN cases ON cases.id = m.case_id LEFT JOIN samples ON samples.run_id = m.run_id AND "
                  "samples.case_id = m.case_id WHERE m.run_id = ? ORDER BY m.position");
  for (cases.start(id); cases.step();) {
    Row of(cases);
    Measurement measurement;
    const std::int64_t facts_id = of.integer();
    measurement.facts = facts.of(facts_id, of.text());
    measurement.check = read_check(of);
    measurement.warnings = warnings_from(of.text());
    measurement.failures = failures_from(of.text());
    measurement.sm_clock_mhz = of.real();
    measurement.energy_j = of.real();
    try {
      measurement.launches = decode(of.blob());
    } catch (const Error& fault) {
      throw Error("run " + uuid + ", case " + measurement.facts.id + ": " + fault.what());
    }
    run.measurements.push_back(std::move(measurement));
  }
  return run;
}

std::optional<Run> Store::find_run(const std::string& prefix, const std::string& environment) {
  require_prefix(prefix);
  Statement select(
      connection_, "find run " + prefix,
      "SELECT r.uuid, substr(r.uuid, 1, length(?1)) = ?1, r.commit_id || ' ' || r.environment_id, c.sha, c.dirty, "
      "e.device_name, r.started_at, substr(e.fingerprint, 1, 12) FROM runs AS r "
      "JOIN commits AS c ON c.id = r.commit_id JOIN environments AS e ON e.id = r.environment_id "
      "WHERE (substr(r.uuid, 1, length(?1)) = ?1 OR substr(c.sha, 1, length(?1)) = ?1) "
      "AND (?2 = '' OR e.fingerprint = ?2) ORDER BY r.started_s DESC, r.id DESC");
  // The prefix may mean a run itself, or a commit in an environment: of that, the newest run.
  std::set<std::string> meanings;
  std::string newest;
  std::string lines;
  for (select.start(prefix, environment); select.step();) {
    Row row(select);
    const std::string uuid = row.text();
    const bool by_uuid = row.flag();
    const std::string measured = row.text();  // commit and environment
    const std::string commit = row.text();
    const std::string dirty = row.flag() ? " (dirty)" : "";
    const std::string device = row.text();
    const std::string when = row.text();
    const std::string line = "run " + uuid + " of commit " + commit + dirty + " on " + device + " at " + when +
                             ", environment " + row.text();
    if (uuid == prefix) return load_run(uuid);
    if (meanings.insert(by_uuid ? uuid : measured).second) {
      newest = uuid;
      lines += "\n  " + line;
    }
  }
  if (meanings.size() > 1) throw Error(prefix + ": more than one run has this name; give one of" + lines);
  return meanings.empty() ? std::nullopt : load_run(newest);
}

std::optional<Run> Store::run_of_tree(const std::string& tree, const std::string& environment) {
  Statement select(connection_, "find a run of tree " + tree,
                   "SELECT r.uuid FROM commits AS c JOIN runs AS r ON r.commit_id = c.id "
                   "JOIN environments AS e ON e.id = r.environment_id "
                   "WHERE c.tree = ?1 AND c.dirty = 0 AND e.fingerprint = ?2 ORDER BY r.started_s DESC, r.id DESC LIMIT 1");
  select.start(tree, environment);
  return !tree.empty() && select.step() ? load_run(select.text(0)) : std::nullopt;
}

Launches Store::samples(const std::string& run_uuid, const std::string& case_id) {
  Statement select(connection_, "read the samples of run " + run_uuid,
                   "SELECT data FROM samples JOIN runs ON runs.id = run_id JOIN cases ON cases.id = case_id "
                   "WHERE runs.uuid = ? AND cases.name = ?");
  select.start(run_uuid, case_id);
  if (!select.step())
    throw Error("run " + run_uuid + ", case " + case_id + ": no samples are recorded under these names");
  return decode(select.blob(0));
}

std::vector<HistoryPoint> Store::history(const std::string& case_id, const HistoryFilter& filter) {
  if (!filter.since.empty()) require_time(connection_, filter.since, "since");
  if (!filter.until.empty()) require_time(connection_, filter.until, "until");
  Statement select(connection_, "read the history of " + case_id,
                   std::string(kPoint) +
                       "WHERE cases.name = ?1 AND m.samples > 0 AND (?2 = '' OR e.device_name = ?2) "
                       "AND (?3 = '' OR e.fingerprint = ?3) AND (?4 = '' OR r.started_s >= unixepoch(?4)) "
                       "AND (?5 = '' OR r.started_s <= unixepoch(?5)) ORDER BY m.run_id");
  FactsById facts(connection_);
  Statement count(connection_, "count the history of " + case_id,
                  "SELECT count(*) FROM cases JOIN measurements AS m ON m.case_id = cases.id WHERE cases.name = ?");
  count.start(case_id);
  std::vector<HistoryPoint> points;
  if (count.step()) points.reserve(static_cast<std::size_t>(count.integer(0)));  // a point is large to move
  std::vector<std::pair<std::int64_t, std::size_t>> times;
  select.start(case_id, filter.device_name, filter.environment, filter.since, filter.until);
  while (select.step()) {
    times.emplace_back(select.integer(kStartedColumn), points.size());
    points.push_back(read_point(select, case_id, facts));
  }
  return newest_of(std::move(points), std::move(times), filter.limit);
}

// By run_id and not by time: the rows of a case lie in that order, so the newest few are read and no more.
std::vector<std::vector<HistoryPoint>> Store::overview(const std::string& device_name, std::size_t newest) {
  std::vector<std::vector<HistoryPoint>> cases;
  Statement select(connection_, "read the newest runs on " + device_name,
                   std::string(kPoint) +
                       "WHERE cases.name = ?1 AND m.samples > 0 AND e.device_name = ?2 ORDER BY m.run_id DESC LIMIT ?3");
  FactsById facts(connection_);
  for (const std::string& name : case_names()) {
    std::vector<HistoryPoint> points;
    for (select.start(name, device_name, newest); select.step();)
      points.push_back(read_point(select, name, facts));
    std::reverse(points.begin(), points.end());
    if (!points.empty()) cases.push_back(std::move(points));
  }
  return cases;
}

std::vector<RunRow> Store::runs(std::optional<std::size_t> limit) {
  Statement select(connection_, "read the runs",
                   "SELECT r.uuid, r.started_at, r.tool, c.sha, c.tree, c.dirty, c.subject, c.time, e.fingerprint, "
                   "e.device_name, count(*), sum(m.samples = 0), sum(m.samples) FROM (SELECT * FROM runs "
                   "ORDER BY started_s DESC, id DESC LIMIT ?) AS r JOIN commits AS c ON c.id = r.commit_id "
                   "JOIN environments AS e ON e.id = r.environment_id JOIN measurements AS m ON m.run_id = r.id "
                   "GROUP BY r.id ORDER BY r.started_s DESC, r.id DESC");
  std::vector<RunRow> rows;
  for (select.start(limit_of(limit)); select.step();) {
    Row row(select);
    RunRow run;
    run.uuid = row.text();
    run.started_at = row.text();
    run.tool = row.text();
    run.commit = read_commit(row);
    run.environment = row.text();
    run.device_name = row.text();
    run.cases = row.count();
    run.unmeasured = row.count();
    run.samples = row.count();
    rows.push_back(std::move(run));
  }
  return rows;
}

}  // namespace ratchet::db
