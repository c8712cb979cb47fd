-- A database as version 5 of the schema kept it: that of version 4, after the step.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE commits (
  id INTEGER PRIMARY KEY,
  sha TEXT NOT NULL CHECK (length(sha) = 40),
  tree TEXT NOT NULL,
  dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)),
  subject TEXT NOT NULL,
  time TEXT NOT NULL,
  UNIQUE (sha, tree, dirty)
) STRICT;
INSERT INTO commits VALUES(1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',0,'Make it faster','2026-01-01T00:00:00Z');
INSERT INTO commits VALUES(2,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',0,'Make it faster','2026-01-01T00:00:00Z');
INSERT INTO commits VALUES(3,'cccccccccccccccccccccccccccccccccccccccc','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',0,'Make it faster','2026-01-01T00:00:00Z');
CREATE TABLE commit_parents (
  commit_id INTEGER NOT NULL REFERENCES commits (id),
  position INTEGER NOT NULL,
  sha TEXT NOT NULL,
  PRIMARY KEY (commit_id, position)
) WITHOUT ROWID, STRICT;
INSERT INTO commit_parents VALUES(1,0,'1111111111111111111111111111111111111111');
INSERT INTO commit_parents VALUES(1,1,'2222222222222222222222222222222222222222');
INSERT INTO commit_parents VALUES(2,0,'1111111111111111111111111111111111111111');
INSERT INTO commit_parents VALUES(2,1,'2222222222222222222222222222222222222222');
INSERT INTO commit_parents VALUES(3,0,'1111111111111111111111111111111111111111');
INSERT INTO commit_parents VALUES(3,1,'2222222222222222222222222222222222222222');
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
INSERT INTO environments VALUES(1,'207fa96acbe57c49ee46064640dc0dd2eb31e092a958f84f1677d6e1c6dffb83','cuda','NVIDIA L4','GPU-1','8.9',24000000000,50331648,300000000000.0,'580.1','13.0','a cpu','an os','default',32.0);
CREATE TABLE cases (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;
INSERT INTO cases VALUES(1,'copy/plain/n=1');
INSERT INTO cases VALUES(2,'add/plain/n=1');
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
INSERT INTO runs VALUES(1,'run-0001',1,1,'2026-01-02T03:04:05Z','ratchet 0.1.0','[{"busy_percent":4.0,"compute_mode":"default","copy_bytes_per_s":4300000000000.0,"ecc":"on","energy_j":12.5,"highest_sm_clock_mhz":2040.0,"interval_overhead_ns":2300.0,"launch":1,"memory_clock_mhz":3201.0,"mig":"off","null_launch_ns":1100.0,"persistence":"on","power_limit_w":72.0,"power_w":70.0,"processes_after":2,"processes_before":2,"sentinel_copy_ns":0.0,"sentinel_fma_ns":0.0,"sm_clock_mhz":1980.0,"temperature_c":41.5,"tensor_flops_per_cycle":540672.0,"throttled_hardware_ns":0.0,"throttled_power_ns":3.0,"throttled_thermal_ns":0.0}]');
INSERT INTO runs VALUES(2,'run-0002',2,1,'2026-01-03T03:04:05Z','ratchet 0.1.0','[{"busy_percent":4.0,"compute_mode":"default","copy_bytes_per_s":4300000000000.0,"ecc":"on","energy_j":12.5,"highest_sm_clock_mhz":2040.0,"interval_overhead_ns":2300.0,"launch":1,"memory_clock_mhz":3201.0,"mig":"off","null_launch_ns":1100.0,"persistence":"on","power_limit_w":72.0,"power_w":70.0,"processes_after":2,"processes_before":2,"sentinel_copy_ns":0.0,"sentinel_fma_ns":0.0,"sm_clock_mhz":1980.0,"temperature_c":41.5,"tensor_flops_per_cycle":540672.0,"throttled_hardware_ns":0.0,"throttled_power_ns":3.0,"throttled_thermal_ns":0.0}]');
INSERT INTO runs VALUES(3,'run-0003',3,1,'2026-01-04T03:04:05Z','ratchet 0.1.0','[{"busy_percent":4.0,"compute_mode":"default","copy_bytes_per_s":4300000000000.0,"ecc":"on","energy_j":12.5,"highest_sm_clock_mhz":2040.0,"interval_overhead_ns":2300.0,"launch":1,"memory_clock_mhz":3201.0,"mig":"off","null_launch_ns":1100.0,"persistence":"on","power_limit_w":72.0,"power_w":70.0,"processes_after":2,"processes_before":2,"sentinel_copy_ns":0.0,"sentinel_fma_ns":0.0,"sm_clock_mhz":1980.0,"temperature_c":41.5,"tensor_flops_per_cycle":540672.0,"throttled_hardware_ns":0.0,"throttled_power_ns":3.0,"throttled_thermal_ns":0.0}]');
CREATE TABLE samples (
  run_id INTEGER NOT NULL,
  case_id INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (run_id, case_id),
  FOREIGN KEY (case_id, run_id) REFERENCES measurements (case_id, run_id)
) STRICT;
INSERT INTO samples VALUES(1,1,X'02e925b0810203010201900306090c');
INSERT INTO samples VALUES(1,2,X'0283457cce000201');
INSERT INTO samples VALUES(2,1,X'02e925b0810203010201900306090c');
INSERT INTO samples VALUES(2,2,X'02b1d6df0a0101020e02');
INSERT INTO samples VALUES(3,1,X'02e925b0810203010201900306090c');
INSERT INTO samples VALUES(3,2,X'02b1d6df0a0101020e02');
CREATE TABLE modules (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  size_bytes INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  stored_at TEXT NOT NULL
) WITHOUT ROWID, STRICT;
INSERT INTO modules VALUES('5ace2a28c6f40875ef2baac027d8b91a2f65701271c7b43ecbd467664dca9ef0',12,'module.so','2026-01-01T00:00:00Z');
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
INSERT INTO verdicts VALUES(1,'verdict-0001','2026-01-02T04:00:00+01:00',2,1,1,'regressed',1,'{"format": "ratchet.verdict/1",  "outcome":"regressed"}');
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
INSERT INTO verdict_cases VALUES(1,1,'regressed','duet',0.018300000000000000294,0.017100000000000000616,0.019499999999999999972,2);
INSERT INTO verdict_cases VALUES(1,2,'missing','',NULL,NULL,NULL,0);
CREATE TABLE duets (
  id INTEGER PRIMARY KEY,
  verdict_id INTEGER NOT NULL REFERENCES verdicts (id),
  environment_id INTEGER REFERENCES environments (id),
  sides TEXT NOT NULL,
  telemetry TEXT NOT NULL
) STRICT;
INSERT INTO duets VALUES(1,1,1,'{"baseline":{"commit":{"dirty":false,"parents":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","subject":"Make it faster","time":"2026-01-01T00:00:00Z","tree":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},"label":"main","module_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"candidate":{"commit":{"dirty":false,"parents":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","subject":"Make it faster","time":"2026-01-01T00:00:00Z","tree":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},"label":"this","module_hash":""}}','[{"busy_percent":0.0,"compute_mode":"","copy_bytes_per_s":0.0,"ecc":"","energy_j":0.0,"highest_sm_clock_mhz":0.0,"interval_overhead_ns":0.0,"launch":2,"memory_clock_mhz":0.0,"mig":"","null_launch_ns":0.0,"persistence":"","power_limit_w":0.0,"power_w":0.0,"processes_after":0,"processes_before":0,"sentinel_copy_ns":0.0,"sentinel_fma_ns":0.0,"sm_clock_mhz":990.0,"temperature_c":0.0,"tensor_flops_per_cycle":0.0,"throttled_hardware_ns":0.0,"throttled_power_ns":0.0,"throttled_thermal_ns":0.0}]');
CREATE TABLE duet_samples (
  verdict_id INTEGER NOT NULL REFERENCES verdicts (id),
  case_id INTEGER NOT NULL REFERENCES cases (id),
  duet_id INTEGER NOT NULL REFERENCES duets (id),
  facts TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (verdict_id, case_id)
) STRICT;
INSERT INTO duet_samples VALUES(1,1,1,'{"baseline_check":null,"baseline_definition":"d0","baseline_kernels":"","candidate_check":{"rel_l2":0.0,"row_error":0.0,"verified":true},"clocks_mhz":[[1980.0,1975.5],[0.0,0.0],[1979.0,0.0]],"facts":{"batch":2,"bytes":1024,"case":"copy/plain/n=1","definition":"d1","flops":2048,"kernels":"","l2":"cold","peak_memory_bytes":4096,"source":"a.cu:1","timed_by":""},"failures":[{"kind":"crashed","message":"signal 11�","side":"candidate"}],"warnings":["clock fell"]}',X'0215eaf33c06020200000101020190030803080d04');
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
INSERT INTO baselines VALUES(1,1,'NVIDIA L4','cuda','set',NULL,3,'5ace2a28c6f40875ef2baac027d8b91a2f65701271c7b43ecbd467664dca9ef0',3,'d1',101.0,99.0,102.0,'','','2026-01-02T05:00:00Z');
INSERT INTO baselines VALUES(2,1,'NVIDIA L4','cuda','advanced',1,2,'5ace2a28c6f40875ef2baac027d8b91a2f65701271c7b43ecbd467664dca9ef0',2,'d1',101.0,99.0,102.0,'','','2026-01-02T05:00:00Z');
CREATE TABLE acceptances (
  id INTEGER PRIMARY KEY,
  case_name TEXT NOT NULL CHECK (case_name <> ''),
  reason TEXT NOT NULL CHECK (reason <> ''),
  actor TEXT NOT NULL CHECK (actor <> ''),
  until TEXT NOT NULL,
  accepted_at TEXT NOT NULL
) STRICT;
INSERT INTO acceptances VALUES(1,'copy/*','known','A <a@b>','','2026-01-05T00:00:00Z');
CREATE TABLE calibrations (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
  started_at TEXT NOT NULL,
  environment_id INTEGER NOT NULL REFERENCES environments (id),
  suite TEXT NOT NULL CHECK (suite <> '')
) STRICT;
INSERT INTO calibrations VALUES(1,'calibration-1','2026-01-05T00:00:00Z',1,'suite');
CREATE TABLE calibration_duets (
  id INTEGER PRIMARY KEY,
  calibration_id INTEGER NOT NULL REFERENCES calibrations (id),
  launch INTEGER NOT NULL CHECK (launch >= 0),
  planted_percent REAL NOT NULL CHECK (planted_percent >= 0),
  seconds REAL NOT NULL CHECK (seconds >= 0),
  sides TEXT NOT NULL,
  telemetry TEXT NOT NULL
) STRICT;
INSERT INTO calibration_duets VALUES(1,1,0,0.0,1.5,'{"baseline":{"commit":{"dirty":false,"parents":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","subject":"Make it faster","time":"2026-01-01T00:00:00Z","tree":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},"label":"main","module_hash":"0000000000000000000000000000000000000000000000000000000000000000"},"candidate":{"commit":{"dirty":false,"parents":["1111111111111111111111111111111111111111","2222222222222222222222222222222222222222"],"sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","subject":"Make it faster","time":"2026-01-01T00:00:00Z","tree":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},"label":"this","module_hash":""}}','[{"busy_percent":0.0,"compute_mode":"","copy_bytes_per_s":0.0,"ecc":"","energy_j":0.0,"highest_sm_clock_mhz":0.0,"interval_overhead_ns":0.0,"launch":2,"memory_clock_mhz":0.0,"mig":"","null_launch_ns":0.0,"persistence":"","power_limit_w":0.0,"power_w":0.0,"processes_after":0,"processes_before":0,"sentinel_copy_ns":0.0,"sentinel_fma_ns":0.0,"sm_clock_mhz":990.0,"temperature_c":0.0,"tensor_flops_per_cycle":0.0,"throttled_hardware_ns":0.0,"throttled_power_ns":0.0,"throttled_thermal_ns":0.0}]');
CREATE TABLE calibration_samples (
  duet_id INTEGER NOT NULL REFERENCES calibration_duets (id),
  case_id INTEGER NOT NULL REFERENCES cases (id),
  facts TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (duet_id, case_id)
) STRICT;
INSERT INTO calibration_samples VALUES(1,1,'{"baseline_check":null,"baseline_definition":"d0","baseline_kernels":"","candidate_check":{"rel_l2":0.0,"row_error":0.0,"verified":true},"clocks_mhz":[[1980.0,1975.5],[0.0,0.0],[1979.0,0.0]],"facts":{"batch":2,"bytes":1024,"case":"copy/plain/n=1","definition":"d1","flops":2048,"kernels":"","l2":"cold","peak_memory_bytes":4096,"source":"a.cu:1","timed_by":""},"failures":[{"kind":"crashed","message":"signal 11�","side":"candidate"}],"warnings":["clock fell"]}',X'0215eaf33c06020200000101020190030803080d04');
CREATE TABLE calibration_reports (
  id INTEGER PRIMARY KEY,
  calibration_id INTEGER NOT NULL REFERENCES calibrations (id),
  made_at TEXT NOT NULL,
  failed INTEGER NOT NULL CHECK (failed BETWEEN 0 AND checks),
  checks INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
INSERT INTO calibration_reports VALUES(1,1,'2026-01-05T01:00:00Z',0,10,'{"a":1}');
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
INSERT INTO tunings VALUES(1,1,'NVIDIA L4','580.1','default','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','attention','B=1','2026-01-05T01:00:00Z','{"format":"ratchet.tuning/1"}');
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
INSERT INTO facts VALUES(1,1024,2048,4096,'cold','d1',2,'a.cu:1','','copy<half> 4x256');
INSERT INTO facts VALUES(2,1024,2048,4096,'cold','d1',2,'a.cu:1','','');
INSERT INTO facts VALUES(3,1024,2048,4096,'cold','d1',2,'a.cu:2','host','');
CREATE TABLE IF NOT EXISTS "measurements" (
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
INSERT INTO measurements VALUES(1,1,1,0,4,2,101.49999999999999999,99.0,102.0,101.49999999999999999,99.0,102.0,0.0,0.0,1,0.0002500000000000000052,0.0010000000000000000208,'["noisy","\"quoted\""]',NULL);
INSERT INTO measurements VALUES(1,2,2,0,4,2,101.49999999999999999,99.0,102.0,101.49999999999999999,99.0,102.0,0.0,0.0,1,0.0002500000000000000052,0.0010000000000000000208,NULL,NULL);
INSERT INTO measurements VALUES(1,3,3,0,4,2,101.49999999999999999,99.0,102.0,101.49999999999999999,99.0,102.0,1980.0,0.25,1,0.0002500000000000000052,0.0010000000000000000208,NULL,NULL);
INSERT INTO measurements VALUES(2,1,2,1,0,0,NULL,NULL,NULL,NULL,NULL,NULL,0.0,0.0,0,1e999,NULL,NULL,'[{"kind":"wrong_answer","message":"all of it","side":""}]');
INSERT INTO measurements VALUES(2,2,2,1,1,1,7.0,7.0,7.0,7.0,7.0,7.0,0.0,0.0,1,0.0002500000000000000052,0.0010000000000000000208,NULL,NULL);
INSERT INTO measurements VALUES(2,3,2,1,1,1,7.0,7.0,7.0,7.0,7.0,7.0,0.0,0.0,1,0.0002500000000000000052,0.0010000000000000000208,NULL,NULL);
CREATE INDEX runs_by_commit ON runs (commit_id);
CREATE INDEX verdict_cases_by_case ON verdict_cases (case_id);
CREATE INDEX duets_by_verdict ON duets (verdict_id);
CREATE INDEX duet_samples_by_case ON duet_samples (case_id);
CREATE INDEX duet_samples_by_duet ON duet_samples (duet_id);
CREATE INDEX baselines_by_case ON baselines (device_name, case_id);
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
CREATE INDEX calibration_duets_by_calibration ON calibration_duets (calibration_id, launch);
CREATE INDEX calibration_samples_by_case ON calibration_samples (case_id);
CREATE TRIGGER calibration_reports_kept BEFORE DELETE ON calibration_reports
  BEGIN SELECT RAISE(ABORT, 'calibration_reports is append-only'); END;
CREATE TRIGGER calibration_reports_fixed BEFORE UPDATE ON calibration_reports
  BEGIN SELECT RAISE(ABORT, 'calibration_reports is append-only'); END;
CREATE INDEX tunings_by_family ON tunings (family, shape, modules);
CREATE TRIGGER tunings_kept BEFORE DELETE ON tunings BEGIN SELECT RAISE(ABORT, 'tunings is append-only'); END;
CREATE TRIGGER tunings_fixed BEFORE UPDATE ON tunings BEGIN SELECT RAISE(ABORT, 'tunings is append-only'); END;
CREATE INDEX measurements_by_run ON measurements (run_id);
COMMIT;
PRAGMA application_id = 1381253960;
PRAGMA user_version = 5;
