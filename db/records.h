// What goes into the store and comes out of it, beside the run and the duet of ratchet/run.h. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet::db {

// One case of a run in numbers. The caller computes them: statistics live in ratchet/. Cases without samples have none.
struct Summary {
  std::string case_id;
  std::uint64_t samples = 0;   // over all launches
  std::uint64_t launches = 0;  // those with at least one sample
  double median_ns = 0;
  double ci_lo_ns = 0;  // of the median
  double ci_hi_ns = 0;
  double mean_ns = 0;
  double min_ns = 0;
  double max_ns = 0;
};

struct VerdictCase {
  std::string case_id;
  std::string verdict;           // a word of "ratchet.verdict/1"
  std::string method;            // duet | stored | identical | "" when nothing was compared
  std::optional<double> change;  // candidate / baseline - 1 in latency
  std::optional<double> change_lo;
  std::optional<double> change_hi;
  std::uint64_t launches = 0;
};

struct VerdictRecord {
  std::string uuid;
  std::string made_at;  // RFC 3339
  Commit baseline;      // sha empty: there is none, or it differs from case to case
  Commit candidate;     // sha empty: unknown
  std::optional<Environment> environment;
  std::string outcome;
  int exit_code = 0;
  std::string document;  // "ratchet.verdict/1", kept to the letter
  std::vector<VerdictCase> cases;
  std::vector<Duet> duets;  // what it was decided from; one a baseline module, a case in at most one of them
};

// What later checks measured of a baseline: the same module, beside other candidates. Its own run was the lucky one if
// any was; these took no part in choosing it.
struct Remeasured {
  double median_ns = 0;  // of the sessions' medians
  std::uint64_t sessions = 0;
};

// One move of the pawl; the newest one of a (case, device model) is its baseline, unless it is a retirement.
struct BaselineMove {
  std::int64_t id = 0;  // given by the store
  // The id of the baseline that was judged against; 0: there was none. When another process has moved it meanwhile the
  // move is refused (StaleBaseline): a decision about the past must not loosen the present.
  std::int64_t replaces = 0;
  std::string kind;  // set | advanced | accepted | retired
  std::string case_id;
  std::string device_name;
  std::string device_kind;
  // All of the following up to the interval are left empty by a retirement.
  Commit commit;
  std::string module_hash;  // of a file in the module store
  std::string run_uuid;     // the run that the numbers are from; "": they are from the verdict's duet
  std::string definition;
  double median_ns = 0;
  double ci_lo_ns = 0;
  double ci_hi_ns = 0;
  std::string reason;  // a person's; "accepted" and "retired" demand reason and actor
  std::string actor;
  std::string moved_at;  // RFC 3339
  std::optional<Remeasured> since = {};  // not stored; see Store::remeasured
};

// What is recorded at once: all of it is stored, or nothing.
struct Recording {
  std::optional<Run> run;
  std::vector<Summary> summaries;  // of the run
  std::optional<VerdictRecord> verdict;
  std::vector<BaselineMove> moves;
};

// A slowdown let through by a person; the audit of what the reviewed file in the repository says.
struct Acceptance {
  std::string case_id;  // or a glob, as given
  std::string reason;
  std::string actor;
  std::string until;  // RFC 3339 date; "": no end
  std::string accepted_at;
};

// Which part of a case's history. Empty fields do not narrow.
struct HistoryFilter {
  std::string device_name{};
  std::string environment{};             // a fingerprint
  std::string since{};                   // RFC 3339
  std::optional<std::uint64_t> limit{};  // the newest so many
  std::string until{};                   // RFC 3339, itself included
};

struct HistoryPoint {
  std::string run_uuid;
  std::string started_at;
  Commit commit;            // without parents
  std::string environment;  // fingerprint
  std::string device_name;
  CaseFacts facts;
  std::optional<Check> check;
  Summary summary;
  double energy_j = 0;  // of the whole device, per call; 0: unknown
};

// The verdict of one check on one case.
struct CaseJudgement {
  std::string verdict_uuid;
  std::string made_at;  // RFC 3339
  Commit candidate;     // without parents
  Verdict verdict = Verdict::Inconclusive;
  Method method = Method::None;
  std::optional<double> change;  // candidate / baseline - 1 in latency
  std::optional<Interval> change_ci;
};

// The rounds of a case in an earlier verdict: where the variance between launches is pooled from.
struct PastDuet {
  std::string verdict_uuid;
  std::string made_at;
  std::string environment;  // fingerprint; "" when the duet had none
  CaseFacts facts;
  std::vector<DuetLaunch> launches;
};

// One launch of a calibration: a duet for each pair of modules, all with the same planted slowdown (0: identical code).
struct CalibrationLaunch {
  std::uint64_t number = 0;
  double planted_percent = 0;
  double seconds = 0;  // of the clock on the wall, over all duets
  std::vector<Duet> duets;
};

struct CalibrationRecord {
  std::string uuid;
  std::string started_at;  // RFC 3339
  Environment environment;
  std::string suite;  // what was calibrated and how; launches of another suite do not belong together
};

// What a calibration came to; a calibration that is resumed has several, and the newest counts.
struct CalibrationReport {
  std::string calibration;  // uuid
  std::string made_at;      // RFC 3339
  Environment environment;  // of the calibration
  std::uint64_t failed = 0;  // checks of identical code, as measured
  std::uint64_t checks = 0;
  std::string document;  // "ratchet.calibration/1", kept to the letter
};

// What a race depends on: the same key gives the same times, as far as a history can tell.
struct TuningKey {
  std::string device_name;
  std::string driver;
  std::string clock_policy;
  std::string modules;  // SHA-256 of each module file that holds a variant, joined by commas
  std::string family;
  std::string shape;
};

struct TuningRecord {
  TuningKey key;
  Environment environment;
  std::string made_at;   // RFC 3339
  std::string document;  // "ratchet.tuning/1" of this one shape, kept to the letter
};

struct RunRow {
  std::string uuid;
  std::string started_at;
  std::string tool;
  Commit commit;  // without parents
  std::string environment;
  std::string device_name;
  std::uint64_t cases = 0;
  std::uint64_t unmeasured = 0;  // of these, without a sample
  std::uint64_t samples = 0;
};

struct VerdictRow {
  std::string uuid;
  std::string made_at;  // RFC 3339
  std::string outcome;
  int exit_code = 0;
  std::string baseline;     // sha; "" where it is not known
  std::string candidate;    // sha
  bool dirty = false;       // the candidate
  std::string environment;  // fingerprint
  std::string device_name;
  std::uint64_t cases = 0;
};

}  // namespace ratchet::db
