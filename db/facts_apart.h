// The step to schema version 5: what every run says of a case again lies in a row of its own, which cost a third of the
// bytes of `measurements`. The table is made anew, as SQLite changes no column in place; migrate() has the foreign keys
// off meanwhile and checks them all before it commits.
#pragma once

namespace ratchet::db {

inline constexpr const char* kFactsApart = R"sql(
CREATE TABLE facts (
  id INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL,
  flops INTEGER NOT NULL,
  peak_memory_bytes INTEGER NOT NULL,
  l2 TEXT NOT NULL CHECK (l2 IN ('', 'warm', 'cold')),
  definition TEXT NOT NULL,
  batch INTEGER NOT NULL CHECK (batch >= 1),
  source TEXT NOT NULL,
  timed_by TEXT NOT NULL,
  kernels TEXT NOT NULL,
  UNIQUE (definition, source, batch, peak_memory_bytes, kernels, bytes, flops, l2, timed_by)
) STRICT;
INSERT INTO facts (bytes, flops, peak_memory_bytes, l2, definition, batch, source, timed_by, kernels)
  SELECT DISTINCT bytes, flops, peak_memory_bytes, l2, definition, batch, source, timed_by, kernels FROM measurements;

CREATE TABLE measurements_5 (
  case_id INTEGER NOT NULL REFERENCES cases (id),
  run_id INTEGER NOT NULL REFERENCES runs (id),
  facts_id INTEGER NOT NULL REFERENCES facts (id),
  position INTEGER NOT NULL,
  samples INTEGER NOT NULL CHECK (samples >= 0),
  launches INTEGER NOT NULL CHECK (launches BETWEEN 0 AND samples),
  median_ns REAL CHECK ((median_ns IS NULL) = (samples = 0)),
  ci_lo_ns REAL CHECK (ci_lo_ns <= median_ns),
  ci_hi_ns REAL CHECK (ci_hi_ns >= median_ns),
  mean_ns REAL,
  min_ns REAL,
  max_ns REAL,
  sm_clock_mhz REAL NOT NULL,
  energy_j REAL NOT NULL,
  verified INTEGER CHECK (verified IN (0, 1)),
  rel_l2 REAL,
  row_error REAL,
  warnings TEXT,
  failures TEXT,
  PRIMARY KEY (case_id, run_id)
) WITHOUT ROWID, STRICT;
INSERT INTO measurements_5
  SELECT m.case_id, m.run_id, f.id, m.position, m.samples, m.launches, m.median_ns, m.ci_lo_ns, m.ci_hi_ns, m.mean_ns,
         m.min_ns, m.max_ns, m.sm_clock_mhz, m.energy_j, m.verified, m.rel_l2, m.row_error, m.warnings, m.failures
  FROM measurements AS m JOIN facts AS f ON f.definition = m.definition AND f.source = m.source AND f.batch = m.batch
    AND f.peak_memory_bytes = m.peak_memory_bytes AND f.kernels = m.kernels AND f.bytes = m.bytes
    AND f.flops = m.flops AND f.l2 = m.l2 AND f.timed_by = m.timed_by
  ORDER BY m.case_id, m.run_id;
DROP TABLE measurements;
ALTER TABLE measurements_5 RENAME TO measurements;
CREATE INDEX measurements_by_run ON measurements (run_id);
)sql";

}  // namespace ratchet::db
