#include "db/merge_rows.h"

#include <array>
#include <string_view>

#include "db/fitness.h"
#include "db/samples.h"

namespace ratchet::db {
namespace {

// What both know gets their number and ours side by side; what only they know gets the next numbers of ours, in order
// of time. Every script runs under the write lock, so that nobody else takes a number. The tables are dropped again
// before the transaction ends, and with it when it fails.
constexpr const char* kNames = R"sql(
CREATE TEMP TABLE since (s INTEGER NOT NULL);
CREATE TEMP TABLE commit_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE environment_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE case_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE facts_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE run_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL, is_new INTEGER NOT NULL);
CREATE TEMP TABLE verdict_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL, is_new INTEGER NOT NULL);
CREATE TEMP TABLE duet_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
CREATE TEMP TABLE calibration_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL, is_new INTEGER NOT NULL);
CREATE TEMP TABLE launch_ids (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);

INSERT INTO main.commits (sha, tree, dirty, subject, time)
  SELECT sha, tree, dirty, subject, time FROM theirs.commits ORDER BY id
  ON CONFLICT (sha, tree, dirty) DO UPDATE
    SET subject = iif(subject = '', excluded.subject, subject), time = iif(time = '', excluded.time, time)
    WHERE (subject = '' AND excluded.subject <> '') OR (time = '' AND excluded.time <> '');
INSERT INTO commit_ids SELECT t.id, m.id FROM theirs.commits AS t JOIN main.commits AS m USING (sha, tree, dirty);
INSERT INTO main.commit_parents SELECT i.ours, p.position, p.sha
  FROM theirs.commit_parents AS p JOIN commit_ids AS i ON i.theirs = p.commit_id WHERE true ON CONFLICT DO NOTHING;

INSERT INTO main.environments (fingerprint, device_kind, device_name, device_uuid, compute_capability, memory_bytes,
    l2_bytes, peak_bandwidth_bytes_per_s, driver, cuda_runtime, cpu, os, clock_policy, timer_tick_ns)
  SELECT fingerprint, device_kind, device_name, device_uuid, compute_capability, memory_bytes, l2_bytes,
    peak_bandwidth_bytes_per_s, driver, cuda_runtime, cpu, os, clock_policy, timer_tick_ns
  FROM theirs.environments ORDER BY id ON CONFLICT DO NOTHING;
INSERT INTO environment_ids
  SELECT t.id, m.id FROM theirs.environments AS t JOIN main.environments AS m USING (fingerprint);

INSERT INTO main.cases (name) SELECT name FROM theirs.cases ORDER BY id ON CONFLICT DO NOTHING;
INSERT INTO case_ids SELECT t.id, m.id FROM theirs.cases AS t JOIN main.cases AS m USING (name);

INSERT INTO main.facts (bytes, flops, peak_memory_bytes, l2, definition, batch, source, timed_by, kernels)
  SELECT bytes, flops, peak_memory_bytes, l2, definition, batch, source, timed_by, kernels FROM theirs.facts ORDER BY id
  ON CONFLICT DO NOTHING;
INSERT INTO facts_ids SELECT t.id, m.id FROM theirs.facts AS t JOIN main.facts AS m
  USING (definition, source, batch, peak_memory_bytes, kernels, bytes, flops, l2, timed_by);

INSERT INTO main.modules SELECT * FROM theirs.modules WHERE true ON CONFLICT DO NOTHING;
)sql";

constexpr const char* kNumbers = R"sql(
INSERT INTO run_ids SELECT t.id, m.id, 0 FROM theirs.runs AS t JOIN main.runs AS m USING (uuid);
INSERT INTO run_ids
  SELECT id, (SELECT coalesce(max(id), 0) FROM main.runs) + row_number() OVER (ORDER BY started_s, id), 1
  FROM theirs.runs WHERE id NOT IN (SELECT theirs FROM run_ids) AND
    (started_s >= (SELECT s FROM since) OR id IN (SELECT run_id FROM theirs.baselines));

INSERT INTO verdict_ids SELECT t.id, m.id, 0 FROM theirs.verdicts AS t JOIN main.verdicts AS m USING (uuid);
INSERT INTO verdict_ids
  SELECT id, (SELECT coalesce(max(id), 0) FROM main.verdicts) + row_number() OVER (ORDER BY made_s, id), 1
  FROM theirs.verdicts WHERE id NOT IN (SELECT theirs FROM verdict_ids) AND made_s >= (SELECT s FROM since);
INSERT INTO duet_ids
  SELECT d.id, (SELECT coalesce(max(id), 0) FROM main.duets) + row_number() OVER (ORDER BY v.ours, d.id)
  FROM theirs.duets AS d JOIN verdict_ids AS v ON v.theirs = d.verdict_id WHERE v.is_new;

INSERT INTO calibration_ids
  SELECT t.id, m.id, 0 FROM theirs.calibrations AS t JOIN main.calibrations AS m USING (uuid);
INSERT INTO calibration_ids
  SELECT id, (SELECT coalesce(max(id), 0) FROM main.calibrations) + row_number() OVER (ORDER BY id), 1
  FROM theirs.calibrations WHERE id NOT IN (SELECT theirs FROM calibration_ids)
    AND unixepoch(started_at) >= (SELECT s FROM since);
INSERT INTO launch_ids
  SELECT d.id, (SELECT coalesce(max(id), 0) FROM main.calibration_duets) + row_number() OVER (ORDER BY c.ours, d.id)
  FROM theirs.calibration_duets AS d JOIN calibration_ids AS c ON c.theirs = d.calibration_id
  WHERE NOT EXISTS (SELECT 1 FROM main.calibration_duets WHERE calibration_id = c.ours AND launch = d.launch);
)sql";

constexpr const char* kRuns = R"sql(
INSERT INTO main.runs (id, uuid, commit_id, environment_id, started_at, tool, telemetry)
  SELECT i.ours, r.uuid, c.ours, e.ours, r.started_at, r.tool, r.telemetry
  FROM run_ids AS i JOIN theirs.runs AS r ON r.id = i.theirs JOIN commit_ids AS c ON c.theirs = r.commit_id
  JOIN environment_ids AS e ON e.theirs = r.environment_id WHERE i.is_new ORDER BY i.ours;
INSERT INTO main.measurements
  SELECT c.ours, i.ours, f.ours, m.position, m.samples, m.launches, m.median_ns, m.ci_lo_ns, m.ci_hi_ns, m.mean_ns,
    m.min_ns, m.max_ns, m.sm_clock_mhz, m.energy_j, m.verified, m.rel_l2, m.row_error, m.warnings, m.failures
  FROM theirs.measurements AS m JOIN run_ids AS i ON i.theirs = m.run_id JOIN case_ids AS c ON c.theirs = m.case_id
  JOIN facts_ids AS f ON f.theirs = m.facts_id WHERE i.is_new ORDER BY c.ours, i.ours;
INSERT INTO main.samples (run_id, case_id, data)
  SELECT i.ours, c.ours, s.data
  FROM run_ids AS i CROSS JOIN theirs.samples AS s ON s.run_id = i.theirs JOIN case_ids AS c ON c.theirs = s.case_id
  WHERE i.is_new;
)sql";

constexpr const char* kVerdicts = R"sql(
INSERT INTO main.verdicts (id, uuid, made_at, baseline_commit_id, candidate_commit_id, environment_id, outcome,
    exit_code, document)
  SELECT i.ours, v.uuid, v.made_at, b.ours, c.ours, e.ours, v.outcome, v.exit_code, v.document
  FROM verdict_ids AS i JOIN theirs.verdicts AS v ON v.id = i.theirs
  LEFT JOIN commit_ids AS b ON b.theirs = v.baseline_commit_id
  LEFT JOIN commit_ids AS c ON c.theirs = v.candidate_commit_id
  LEFT JOIN environment_ids AS e ON e.theirs = v.environment_id WHERE i.is_new ORDER BY i.ours;
INSERT INTO main.verdict_cases (verdict_id, case_id, verdict, method, change, change_lo, change_hi, launches)
  SELECT i.ours, c.ours, v.verdict, v.method, v.change, v.change_lo, v.change_hi, v.launches
  FROM theirs.verdict_cases AS v JOIN verdict_ids AS i ON i.theirs = v.verdict_id
  JOIN case_ids AS c ON c.theirs = v.case_id WHERE i.is_new ORDER BY i.ours, v.rowid;
INSERT INTO main.duets (id, verdict_id, environment_id, sides, telemetry)
  SELECT i.ours, v.ours, e.ours, d.sides, d.telemetry
  FROM duet_ids AS i JOIN theirs.duets AS d ON d.id = i.theirs JOIN verdict_ids AS v ON v.theirs = d.verdict_id
  LEFT JOIN environment_ids AS e ON e.theirs = d.environment_id ORDER BY i.ours;
INSERT INTO main.duet_samples (verdict_id, case_id, duet_id, facts, data)
  SELECT v.ours, c.ours, i.ours, s.facts, s.data
  FROM theirs.duet_samples AS s JOIN duet_ids AS i ON i.theirs = s.duet_id
  JOIN verdict_ids AS v ON v.theirs = s.verdict_id JOIN case_ids AS c ON c.theirs = s.case_id
  ORDER BY i.theirs, s.rowid;
)sql";

constexpr const char* kRest = R"sql(
INSERT INTO main.calibrations (id, uuid, started_at, environment_id, suite)
  SELECT i.ours, c.uuid, c.started_at, e.ours, c.suite
  FROM calibration_ids AS i JOIN theirs.calibrations AS c ON c.id = i.theirs
  JOIN environment_ids AS e ON e.theirs = c.environment_id WHERE i.is_new ORDER BY i.ours;
INSERT INTO main.calibration_duets (id, calibration_id, launch, planted_percent, seconds, sides, telemetry)
  SELECT i.ours, c.ours, d.launch, d.planted_percent, d.seconds, d.sides, d.telemetry
  FROM launch_ids AS i JOIN theirs.calibration_duets AS d ON d.id = i.theirs
  JOIN calibration_ids AS c ON c.theirs = d.calibration_id ORDER BY i.ours;
INSERT INTO main.calibration_samples (duet_id, case_id, facts, data)
  SELECT i.ours, c.ours, s.facts, s.data
  FROM theirs.calibration_samples AS s JOIN launch_ids AS i ON i.theirs = s.duet_id
  JOIN case_ids AS c ON c.theirs = s.case_id ORDER BY i.theirs, s.rowid;
INSERT INTO main.calibration_reports (calibration_id, made_at, failed, checks, document)
  SELECT i.ours, r.made_at, r.failed, r.checks, r.document
  FROM theirs.calibration_reports AS r JOIN calibration_ids AS i ON i.theirs = r.calibration_id
  WHERE NOT EXISTS (SELECT 1 FROM main.calibration_reports AS m WHERE m.calibration_id = i.ours
    AND m.made_at = r.made_at AND m.document = r.document) ORDER BY r.id;

INSERT INTO main.tunings (environment_id, device_name, driver, clock_policy, modules, family, shape, made_at, document)
  SELECT e.ours, t.device_name, t.driver, t.clock_policy, t.modules, t.family, t.shape, t.made_at, t.document
  FROM theirs.tunings AS t JOIN environment_ids AS e ON e.theirs = t.environment_id
  WHERE NOT EXISTS (SELECT 1 FROM main.tunings AS m WHERE m.family = t.family AND m.shape = t.shape
    AND m.modules = t.modules AND m.environment_id = e.ours AND m.device_name = t.device_name AND m.driver = t.driver
    AND m.clock_policy = t.clock_policy AND m.made_at = t.made_at AND m.document = t.document) ORDER BY t.id;

INSERT INTO main.acceptances (case_name, reason, actor, until, accepted_at)
  SELECT case_name, reason, actor, until, accepted_at FROM theirs.acceptances AS t
  WHERE NOT EXISTS (SELECT 1 FROM main.acceptances AS m WHERE m.case_name = t.case_name AND m.reason = t.reason
    AND m.actor = t.actor AND m.until = t.until AND m.accepted_at = t.accepted_at) ORDER BY t.id;
)sql";

constexpr const char* kForget = R"sql(
DROP TABLE temp.since; DROP TABLE temp.commit_ids; DROP TABLE temp.environment_ids; DROP TABLE temp.case_ids;
DROP TABLE temp.facts_ids; DROP TABLE temp.run_ids; DROP TABLE temp.verdict_ids; DROP TABLE temp.duet_ids;
DROP TABLE temp.calibration_ids; DROP TABLE temp.launch_ids;
)sql";

// What is known here under the same name must be the same: each query gives the names of what is not. A run's summary
// follows from its samples, and a commit's subject from its sha: neither counts.
constexpr std::array<std::string_view, 11> kContradictions{
    "SELECT 'environment ' || t.fingerprint FROM theirs.environments AS t JOIN main.environments AS m "
    "USING (fingerprint) WHERE (t.device_kind, t.device_name, t.device_uuid, t.compute_capability, t.memory_bytes, "
    "t.l2_bytes, t.peak_bandwidth_bytes_per_s, t.driver, t.cuda_runtime, t.cpu, t.os, t.clock_policy, t.timer_tick_ns) "
    "IS NOT (m.device_kind, m.device_name, m.device_uuid, m.compute_capability, m.memory_bytes, m.l2_bytes, "
    "m.peak_bandwidth_bytes_per_s, m.driver, m.cuda_runtime, m.cpu, m.os, m.clock_policy, m.timer_tick_ns)",

    "SELECT 'run ' || t.uuid FROM run_ids AS i JOIN theirs.runs AS t ON t.id = i.theirs JOIN main.runs AS m "
    "ON m.id = i.ours JOIN commit_ids AS c ON c.theirs = t.commit_id JOIN environment_ids AS e "
    "ON e.theirs = t.environment_id WHERE NOT i.is_new AND (c.ours, e.ours, t.started_at, t.tool, t.telemetry) IS NOT "
    "(m.commit_id, m.environment_id, m.started_at, m.tool, m.telemetry)",

    "SELECT 'run ' || r.uuid FROM run_ids AS i JOIN main.runs AS r ON r.id = i.ours WHERE NOT i.is_new AND "
    "(SELECT count(*) FROM theirs.measurements WHERE run_id = i.theirs) <> "
    "(SELECT count(*) FROM main.measurements WHERE run_id = i.ours)",

    "SELECT 'run ' || r.uuid FROM run_ids AS i JOIN main.runs AS r ON r.id = i.ours "
    "JOIN theirs.measurements AS t ON t.run_id = i.theirs JOIN case_ids AS c ON c.theirs = t.case_id "
    "JOIN facts_ids AS f ON f.theirs = t.facts_id "
    "JOIN theirs.samples AS s ON s.run_id = t.run_id AND s.case_id = t.case_id "
    "LEFT JOIN main.measurements AS m ON m.case_id = c.ours AND m.run_id = i.ours "
    "LEFT JOIN main.samples AS o ON o.run_id = i.ours AND o.case_id = c.ours WHERE NOT i.is_new AND "
    "(f.ours, t.position, t.sm_clock_mhz, t.energy_j, t.verified, t.rel_l2, t.row_error, t.warnings, t.failures, "
    "s.data) "
    "IS NOT (m.facts_id, m.position, m.sm_clock_mhz, m.energy_j, m.verified, m.rel_l2, m.row_error, m.warnings, "
    "m.failures, o.data)",

    "SELECT 'verdict ' || t.uuid FROM verdict_ids AS i JOIN theirs.verdicts AS t ON t.id = i.theirs "
    "JOIN main.verdicts AS m ON m.id = i.ours LEFT JOIN commit_ids AS b ON b.theirs = t.baseline_commit_id "
    "LEFT JOIN commit_ids AS c ON c.theirs = t.candidate_commit_id LEFT JOIN environment_ids AS e "
    "ON e.theirs = t.environment_id WHERE NOT i.is_new AND (t.made_at, b.ours, c.ours, e.ours, t.outcome, t.exit_code, "
    "t.document) IS NOT (m.made_at, m.baseline_commit_id, m.candidate_commit_id, m.environment_id, m.outcome, "
    "m.exit_code, m.document)",

    "SELECT 'verdict ' || v.uuid FROM verdict_ids AS i JOIN main.verdicts AS v ON v.id = i.ours WHERE NOT i.is_new AND "
    "("
    "(SELECT count(*) FROM theirs.verdict_cases WHERE verdict_id = i.theirs) <> "
    "(SELECT count(*) FROM main.verdict_cases WHERE verdict_id = i.ours) OR "
    "(SELECT count(*) FROM theirs.duet_samples WHERE verdict_id = i.theirs) <> "
    "(SELECT count(*) FROM main.duet_samples WHERE verdict_id = i.ours))",

    "SELECT 'verdict ' || v.uuid FROM verdict_ids AS i JOIN main.verdicts AS v ON v.id = i.ours "
    "JOIN theirs.verdict_cases AS t ON t.verdict_id = i.theirs JOIN case_ids AS c ON c.theirs = t.case_id "
    "LEFT JOIN main.verdict_cases AS m ON m.verdict_id = i.ours AND m.case_id = c.ours WHERE NOT i.is_new AND "
    "(t.verdict, t.method, t.change, t.change_lo, t.change_hi, t.launches) IS NOT "
    "(m.verdict, m.method, m.change, m.change_lo, m.change_hi, m.launches)",

    "SELECT 'verdict ' || v.uuid FROM verdict_ids AS i JOIN main.verdicts AS v ON v.id = i.ours "
    "JOIN theirs.duet_samples AS t ON t.verdict_id = i.theirs JOIN theirs.duets AS d ON d.id = t.duet_id "
    "JOIN case_ids AS c ON c.theirs = t.case_id LEFT JOIN environment_ids AS e ON e.theirs = d.environment_id "
    "LEFT JOIN main.duet_samples AS m ON m.verdict_id = i.ours AND m.case_id = c.ours "
    "LEFT JOIN main.duets AS o ON o.id = m.duet_id WHERE NOT i.is_new AND "
    "(t.facts, t.data, d.sides, d.telemetry, e.ours) IS NOT (m.facts, m.data, o.sides, o.telemetry, o.environment_id)",

    "SELECT 'calibration ' || t.uuid FROM calibration_ids AS i JOIN theirs.calibrations AS t ON t.id = i.theirs "
    "JOIN main.calibrations AS m ON m.id = i.ours JOIN environment_ids AS e ON e.theirs = t.environment_id "
    "WHERE NOT i.is_new AND (t.started_at, e.ours, t.suite) IS NOT (m.started_at, m.environment_id, m.suite)",

    // Launches of one number that both know: as many pairs of modules, and every case of one pair as it is in the
    // other.
    "SELECT 'calibration ' || c.uuid FROM calibration_ids AS i JOIN main.calibrations AS c ON c.id = i.ours "
    "JOIN theirs.calibration_duets AS t ON t.calibration_id = i.theirs WHERE t.id NOT IN (SELECT theirs FROM "
    "launch_ids) "
    "AND NOT EXISTS (SELECT 1 FROM main.calibration_duets AS m WHERE m.calibration_id = i.ours AND m.launch = t.launch "
    "AND (m.planted_percent, m.seconds, m.sides, m.telemetry) IS (t.planted_percent, t.seconds, t.sides, t.telemetry))",

    "SELECT 'calibration ' || c.uuid FROM calibration_ids AS i JOIN main.calibrations AS c ON c.id = i.ours "
    "JOIN theirs.calibration_duets AS t ON t.calibration_id = i.theirs "
    "JOIN theirs.calibration_samples AS s ON s.duet_id = t.id JOIN case_ids AS k ON k.theirs = s.case_id "
    "WHERE t.id NOT IN (SELECT theirs FROM launch_ids) AND NOT EXISTS (SELECT 1 FROM main.calibration_duets AS m "
    "JOIN main.calibration_samples AS o ON o.duet_id = m.id WHERE m.calibration_id = i.ours AND m.launch = t.launch "
    "AND o.case_id = k.ours AND o.facts = s.facts AND o.data = s.data)"};

void refuse_contradictions(Connection& connection) {
  for (const std::string_view query : kContradictions) {
    Statement select(connection, "compare what both databases know", query);
    select.start();
    if (select.step())
      throw Error(select.text(0) +
                  " is known with other content here; nothing was merged. One of the two was changed "
                  "after it was recorded: leave it out of one of the databases");
  }
}

// SQLite does not look into blobs: what is damaged there must not spread, nor what nobody could have recorded.
void require_whole_samples(Connection& connection) {
  Statement blobs(connection, "read the samples to be merged",
                  "SELECT data, 'run ' || r.uuid, c.name FROM run_ids AS i JOIN theirs.runs AS r ON r.id = i.theirs "
                  "JOIN theirs.samples AS s ON s.run_id = r.id JOIN theirs.cases AS c ON c.id = s.case_id "
                  "WHERE i.is_new UNION ALL "
                  "SELECT data, 'verdict ' || v.uuid, c.name FROM duet_ids AS i JOIN theirs.duet_samples AS s "
                  "ON s.duet_id = i.theirs JOIN theirs.verdicts AS v ON v.id = s.verdict_id "
                  "JOIN theirs.cases AS c ON c.id = s.case_id UNION ALL "
                  "SELECT data, 'a calibration', c.name FROM launch_ids AS i JOIN theirs.calibration_samples AS s "
                  "ON s.duet_id = i.theirs JOIN theirs.cases AS c ON c.id = s.case_id");
  for (blobs.start(); blobs.step();) {
    try {
      for (const std::vector<double>& times_ns : decode(blobs.blob(0))) require_times(times_ns, "its samples");
    } catch (const Error& fault) {
      throw Error(blobs.text(1) + ", case " + blobs.text(2) + ": " + fault.what() + "; nothing was merged");
    }
  }
}

}  // namespace

void merge_rows(Connection& connection, const std::string& since, Merged& merged) {
  const char* doing = "merge the databases";
  connection.execute(doing, kNames);
  Statement(connection, doing, "INSERT INTO since SELECT iif(?1 = '', -9223372036854775807, unixepoch(?1))").run(since);
  connection.execute(doing, kNumbers);
  refuse_contradictions(connection);
  require_whole_samples(connection);
  for (const char* script : {kRuns, kVerdicts, kRest}) connection.execute(doing, script);
  const auto count = [&](const char* sql) { return static_cast<std::uint64_t>(connection.number(doing, sql)); };
  merged.runs = count("SELECT count(*) FROM run_ids WHERE is_new");
  merged.results =
      count("SELECT count(*) FROM theirs.measurements WHERE run_id IN (SELECT theirs FROM run_ids WHERE is_new)");
  merged.verdicts = count("SELECT count(*) FROM verdict_ids WHERE is_new");
  merged.calibrations = count("SELECT count(*) FROM calibration_ids WHERE is_new");
  connection.execute(doing, kForget);
}

}  // namespace ratchet::db
