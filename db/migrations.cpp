#include "db/migrations.h"

#include <array>
#include <string>

#include "db/facts_apart.h"

namespace ratchet::db {
namespace {

constexpr const char* kVersion1 = R"sql(
CREATE TABLE commits (
  id INTEGER PRIMARY KEY,
  sha TEXT NOT NULL CHECK (length(sha) = 40),
  tree TEXT NOT NULL,
  dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)),
  subject TEXT NOT NULL,
  time TEXT NOT NULL,
  UNIQUE (sha, tree, dirty)
) STRICT;

CREATE TABLE commit_parents (
  commit_id INTEGER NOT NULL REFERENCES commits (id),
  position INTEGER NOT NULL,
  sha TEXT NOT NULL,
  PRIMARY KEY (commit_id, position)
) WITHOUT ROWID, STRICT;

CREATE TABLE environments (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  device_kind TEXT NOT NULL,
  device_name TEXT NOT NULL,
  device_uuid TEXT NOT NULL,
  compute_capability TEXT NOT NULL,
  memory_bytes INTEGER NOT NULL,
  l2_bytes INTEGER NOT NULL,
  peak_bandwidth_bytes_per_s REAL NOT NULL,
  driver TEXT NOT NULL,
  cuda_runtime TEXT NOT NULL,
  cpu TEXT NOT NULL,
  os TEXT NOT NULL,
  clock_policy TEXT NOT NULL,
  timer_tick_ns REAL NOT NULL
) STRICT;

CREATE TABLE cases (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
  commit_id INTEGER NOT NULL REFERENCES commits (id),
  environment_id INTEGER NOT NULL REFERENCES environments (id),
  started_at TEXT NOT NULL,
  started_s INTEGER NOT NULL GENERATED ALWAYS AS (unixepoch(started_at)) STORED,
  tool TEXT NOT NULL,
  telemetry TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_commit ON runs (commit_id);

CREATE TABLE measurements (
  case_id INTEGER NOT NULL REFERENCES cases (id),
  run_id INTEGER NOT NULL REFERENCES runs (id),
  position INTEGER NOT NULL,
  samples INTEGER NOT NULL CHECK (samples >= 0),
  launches INTEGER NOT NULL CHECK (launches BETWEEN 0 AND samples),
  median_ns REAL CHECK ((median_ns IS NULL) = (samples = 0)),
  ci_lo_ns REAL CHECK (ci_lo_ns <= median_ns),
  ci_hi_ns REAL CHECK (ci_hi_ns >= median_ns),
  mean_ns REAL,
  min_ns REAL,
  max_ns REAL,
  bytes INTEGER NOT NULL,
  flops INTEGER NOT NULL,
  peak_memory_bytes INTEGER NOT NULL,
  l2 TEXT NOT NULL CHECK (l2 IN ('', 'warm', 'cold')),
  definition TEXT NOT NULL,
  batch INTEGER NOT NULL CHECK (batch >= 1),
  source TEXT NOT NULL,
  verified INTEGER CHECK (verified IN (0, 1)),
  rel_l2 REAL,
  row_error REAL,
  warnings TEXT,
  failures TEXT,
  PRIMARY KEY (case_id, run_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX measurements_by_run ON measurements (run_id);

CREATE TABLE samples (
  run_id INTEGER NOT NULL,
  case_id INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (run_id, case_id),
  FOREIGN KEY (case_id, run_id) REFERENCES measurements (case_id, run_id)
) STRICT;

CREATE TABLE modules (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  size_bytes INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  stored_at TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
  made_at TEXT NOT NULL,
  made_s INTEGER NOT NULL GENERATED ALWAYS AS (unixepoch(made_at)) STORED,
  baseline_commit_id INTEGER REFERENCES commits (id),
  candidate_commit_id INTEGER REFERENCES commits (id),
  environment_id INTEGER REFERENCES environments (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('pass', 'regressed', 'no_verdict', 'fault')),
  exit_code INTEGER NOT NULL CHECK (exit_code BETWEEN 0 AND 3),
  document TEXT NOT NULL,
  CONSTRAINT bad_news_is_not_zero CHECK (exit_code <> 0 OR outcome NOT IN ('regressed', 'fault'))
) STRICT;

CREATE TABLE verdict_cases (
  verdict_id INTEGER NOT NULL REFERENCES verdicts (id),
  case_id INTEGER NOT NULL REFERENCES cases (id),
  verdict TEXT NOT NULL CHECK (verdict IN ('held', 'improved', 'regressed', 'inconclusive', 'new', 'no_baseline',
                                           'missing', 'invalid', 'accepted', 'identical')),
  method TEXT NOT NULL CHECK (method IN ('', 'duet', 'stored', 'identical')),
  change REAL,
  change_lo REAL,
  change_hi REAL,
  launches INTEGER NOT NULL CHECK (launches >= 0),
  PRIMARY KEY (verdict_id, case_id)
) STRICT;
CREATE INDEX verdict_cases_by_case ON verdict_cases (case_id);

CREATE TABLE duets (
  id INTEGER PRIMARY KEY,
  verdict_id INTEGER NOT NULL REFERENCES verdicts (id),
  environment_id INTEGER REFERENCES environments (id),
  sides TEXT NOT NULL,
  telemetry TEXT NOT NULL
) STRICT;
CREATE INDEX duets_by_verdict ON duets (verdict_id);

CREATE TABLE duet_samples (
  verdict_id INTEGER NOT NULL REFERENCES verdicts (id),
  case_id INTEGER NOT NULL REFERENCES cases (id),
  duet_id INTEGER NOT NULL REFERENCES duets (id),
  facts TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (verdict_id, case_id)
) STRICT;
CREATE INDEX duet_samples_by_case ON duet_samples (case_id);
CREATE INDEX duet_samples_by_duet ON duet_samples (duet_id);

CREATE TABLE baselines (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  device_name TEXT NOT NULL CHECK (device_name <> ''),
  device_kind TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('set', 'advanced', 'accepted', 'retired')),
  replaces INTEGER UNIQUE REFERENCES baselines (id),
  commit_id INTEGER REFERENCES commits (id),
  module_sha256 TEXT REFERENCES modules (sha256),
  run_id INTEGER REFERENCES runs (id),
  definition TEXT NOT NULL,
  median_ns REAL,
  ci_lo_ns REAL CHECK (ci_lo_ns <= median_ns),
  ci_hi_ns REAL CHECK (ci_hi_ns >= median_ns),
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  moved_at TEXT NOT NULL,
  CONSTRAINT only_the_first_replaces_nothing CHECK ((kind = 'set') = (replaces IS NULL)),
  CONSTRAINT a_baseline_is_a_commit_and_a_module CHECK
    (kind = 'retired' OR (commit_id IS NOT NULL AND module_sha256 IS NOT NULL AND median_ns IS NOT NULL)),
  CONSTRAINT loosening_needs_a_reason CHECK (kind IN ('set', 'advanced') OR (reason <> '' AND actor <> ''))
) STRICT;
CREATE INDEX baselines_by_case ON baselines (device_name, case_id);

CREATE TABLE acceptances (
  id INTEGER PRIMARY KEY,
  case_name TEXT NOT NULL CHECK (case_name <> ''),
  reason TEXT NOT NULL CHECK (reason <> ''),
  actor TEXT NOT NULL CHECK (actor <> ''),
  until TEXT NOT NULL,
  accepted_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER verdicts_kept BEFORE DELETE ON verdicts BEGIN SELECT RAISE(ABORT, 'verdicts is append-only'); END;
CREATE TRIGGER verdicts_fixed BEFORE UPDATE ON verdicts BEGIN SELECT RAISE(ABORT, 'verdicts is append-only'); END;
CREATE TRIGGER verdict_cases_kept BEFORE DELETE ON verdict_cases
  BEGIN SELECT RAISE(ABORT, 'verdict_cases is append-only'); END;
CREATE TRIGGER verdict_cases_fixed BEFORE UPDATE ON verdict_cases
  BEGIN SELECT RAISE(ABORT, 'verdict_cases is append-only'); END;
CREATE TRIGGER baselines_kept BEFORE DELETE ON baselines BEGIN SELECT RAISE(ABORT, 'baselines is append-only'); END;
CREATE TRIGGER baselines_fixed BEFORE UPDATE ON baselines BEGIN SELECT RAISE(ABORT, 'baselines is append-only'); END;
CREATE TRIGGER acceptances_kept BEFORE DELETE ON acceptances
  BEGIN SELECT RAISE(ABORT, 'acceptances is append-only'); END;
CREATE TRIGGER acceptances_fixed BEFORE UPDATE ON acceptances
  BEGIN SELECT RAISE(ABORT, 'acceptances is append-only'); END;
)sql";

constexpr const char* kVersion2 = R"sql(
CREATE TABLE calibrations (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
  started_at TEXT NOT NULL,
  environment_id INTEGER NOT NULL REFERENCES environments (id),
  suite TEXT NOT NULL CHECK (suite <> '')
) STRICT;

CREATE TABLE calibration_duets (
  id INTEGER PRIMARY KEY,
  calibration_id INTEGER NOT NULL REFERENCES calibrations (id),
  launch INTEGER NOT NULL CHECK (launch >= 0),
  planted_percent REAL NOT NULL CHECK (planted_percent >= 0),
  seconds REAL NOT NULL CHECK (seconds >= 0),
  sides TEXT NOT NULL,
  telemetry TEXT NOT NULL
) STRICT;
CREATE INDEX calibration_duets_by_calibration ON calibration_duets (calibration_id, launch);

CREATE TABLE calibration_samples (
  duet_id INTEGER NOT NULL REFERENCES calibration_duets (id),
  case_id INTEGER NOT NULL REFERENCES cases (id),
  facts TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (duet_id, case_id)
) STRICT;
CREATE INDEX calibration_samples_by_case ON calibration_samples (case_id);

CREATE TABLE calibration_reports (
  id INTEGER PRIMARY KEY,
  calibration_id INTEGER NOT NULL REFERENCES calibrations (id),
  made_at TEXT NOT NULL,
  failed INTEGER NOT NULL CHECK (failed BETWEEN 0 AND checks),
  checks INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE TRIGGER calibration_reports_kept BEFORE DELETE ON calibration_reports
  BEGIN SELECT RAISE(ABORT, 'calibration_reports is append-only'); END;
CREATE TRIGGER calibration_reports_fixed BEFORE UPDATE ON calibration_reports
  BEGIN SELECT RAISE(ABORT, 'calibration_reports is append-only'); END;
)sql";

constexpr const char* kVersion3 = R"sql(
ALTER TABLE measurements ADD COLUMN timed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE measurements ADD COLUMN kernels TEXT NOT NULL DEFAULT '';
ALTER TABLE measurements ADD COLUMN sm_clock_mhz REAL NOT NULL DEFAULT 0;
ALTER TABLE measurements ADD COLUMN energy_j REAL NOT NULL DEFAULT 0;
)sql";

constexpr const char* kVersion4 = R"sql(
CREATE TABLE tunings (
  id INTEGER PRIMARY KEY,
  environment_id INTEGER NOT NULL REFERENCES environments (id),
  device_name TEXT NOT NULL CHECK (device_name <> ''),
  driver TEXT NOT NULL,
  clock_policy TEXT NOT NULL,
  modules TEXT NOT NULL CHECK (length(modules) >= 64),
  family TEXT NOT NULL CHECK (family <> ''),
  shape TEXT NOT NULL,
  made_at TEXT NOT NULL,
  document TEXT NOT NULL CHECK (document <> '')
) STRICT;
CREATE INDEX tunings_by_family ON tunings (family, shape, modules);
CREATE TRIGGER tunings_kept BEFORE DELETE ON tunings BEGIN SELECT RAISE(ABORT, 'tunings is append-only'); END;
CREATE TRIGGER tunings_fixed BEFORE UPDATE ON tunings BEGIN SELECT RAISE(ABORT, 'tunings is append-only'); END;
)sql";

constexpr const char* kVersion6 = R"sql(
CREATE TABLE baseline_conflicts (
  id INTEGER PRIMARY KEY,
  ours INTEGER NOT NULL REFERENCES baselines (id),
  theirs TEXT NOT NULL UNIQUE CHECK (theirs <> ''),
  taken INTEGER REFERENCES baselines (id),
  source TEXT NOT NULL,
  actor TEXT NOT NULL,
  resolved_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER baseline_conflicts_kept BEFORE DELETE ON baseline_conflicts
  BEGIN SELECT RAISE(ABORT, 'baseline_conflicts is append-only'); END;
CREATE TRIGGER baseline_conflicts_fixed BEFORE UPDATE ON baseline_conflicts
  BEGIN SELECT RAISE(ABORT, 'baseline_conflicts is append-only'); END;
)sql";

// kSteps[v] leads from version v to version v + 1.
constexpr std::array kSteps = {kVersion1, kVersion2, kVersion3, kVersion4, kFactsApart, kVersion6};

}  // namespace

std::int64_t known_version(Connection& connection) {
  const std::int64_t version = connection.number("read the schema version", "PRAGMA user_version");
  if (version < 0 || version > newest_schema()) {
    throw Error(connection.file().string() + ": written by a newer ratchet: its schema is version " +
                std::to_string(version) + ", this program knows up to " + std::to_string(newest_schema()) +
                "; update ratchet");
  }
  return version;
}

namespace {

void run_steps(Connection& connection) {
  Transaction transaction(connection, "migrate the database");
  // Read again under the lock: another process may have done all of it while this one waited.
  for (auto version = static_cast<std::size_t>(known_version(connection)); version < kSteps.size(); ++version) {
    connection.execute("migrate the database", kSteps[version]);
  }
  connection.execute("migrate the database", ("PRAGMA application_id = " + std::to_string(kApplicationId) +
                                              "; PRAGMA user_version = " + std::to_string(newest_schema()))
                                                 .c_str());
  Statement dangling(connection, "check the references", "PRAGMA foreign_key_check");
  dangling.start();
  if (dangling.step()) {
    throw Error(connection.file().string() + ": not migrated: a row of " + dangling.text(0) +
                " refers to a missing row of " + dangling.text(2) + "; restore the database from a copy");
  }
  transaction.commit();
}

}  // namespace

std::int64_t newest_schema() { return static_cast<std::int64_t>(kSteps.size()); }

void migrate(Connection& connection) {
  const std::int64_t found = known_version(connection);
  if (found == newest_schema()) return;
  if (connection.mode() == Mode::ReadOnly) {
    if (connection.owner() == Owner::Nobody) {
      throw NoDatabase(connection.file().string() + ": the file is empty; record a run first (ratchet record)");
    }
    throw Error(connection.file().string() + ": its schema is version " + std::to_string(found) +
                ", this program reads " + std::to_string(newest_schema()) +
                "; let a command that writes (ratchet record) open it once");
  }
  // A step may make a table anew that others refer to. Within a transaction SQLite does not listen to this.
  connection.execute("migrate the database", "PRAGMA foreign_keys = OFF");
  run_steps(connection);
  connection.execute("migrate the database", "PRAGMA foreign_keys = ON");
}

}  // namespace ratchet::db
