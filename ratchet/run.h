// What was measured: the nouns that travel between the rooms. Plain data; documents read and write them, the store
// keeps them, the gate judges them. Times are double nanoseconds per call; a launch is one process of the measuring
// host.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ratchet {

struct Commit {
  std::string sha;   // 40 hex digits; empty when unknown
  std::string tree;  // 40 hex digits; two commits of one tree hold the same code
  std::vector<std::string> parents;
  std::string subject;
  std::string time;  // committer time, RFC 3339
  bool dirty = false;
};

struct Device {
  std::string kind;  // "cuda" or "cpu"
  std::string name;  // model: baselines belong to it
  std::string uuid;
  std::string compute_capability;
  std::uint64_t memory_bytes = 0;
  std::uint64_t l2_bytes = 0;
  double peak_bandwidth_bytes_per_s = 0;  // 0: unknown
};

// What must be equal for stored numbers to be compared (see incomparable() in ratchet/environment.h).
struct Environment {
  Device device;
  std::string driver;
  std::string cuda_runtime;
  std::string cpu;
  std::string os;
  std::string clock_policy;  // "default", "locked:<MHz>", "governor:<name>" of a CPU, or "imported:<adapter>"
  double timer_tick_ns = 0;  // 0: unknown
};

// The answer against the reference, over all outputs of the case.
struct Check {
  bool verified = false;
  double rel_l2 = 0;     // |out - ref|_2 / |ref|_2
  double row_error = 0;  // the same of the worst row
};

// The kind of a Failure that is nobody's: the machine lacks something optional that the case needs.
inline constexpr const char* kUnavailable = "unavailable";

// Why a case of one launch gave no samples. A failed case is reported by name and never dropped.
struct Failure {
  std::string kind;  // wrong_answer | crashed | timed_out | device_error | module_error | input_changed | unavailable
  std::string side;  // "baseline", "candidate", or "" in a run
  std::string message;
};

// Whether nothing but the want of something optional kept a case from being measured.
[[nodiscard]] inline bool is_unavailable(const std::vector<Failure>& failures) {
  return !failures.empty() && std::all_of(failures.begin(), failures.end(),
                                          [](const Failure& failure) { return failure.kind == kUnavailable; });
}

// CaseFacts::timed_by of a number that a program printed. In a duet a launch is then a pair of processes, one a side:
// their samples were not taken in rounds, and need not be as many.
inline constexpr const char* kByProcess = "process";

// What a case is, apart from its times.
struct CaseFacts {
  std::string id;  // op/implementation/key=value,...
  std::string unit = "ns";
  std::uint64_t bytes = 0;  // per call, algorithmic
  std::uint64_t flops = 0;  // per call
  std::uint64_t peak_memory_bytes = 0;
  std::string l2;               // "warm", "cold", or "" when unknown
  std::string definition;       // hash; another definition is another benchmark
  std::string source;           // "file:line" or ""
  std::uint64_t batch = 1;      // calls in one timed interval; samples are per call all the same
  double handicap_percent = 0;  // planted slowdown; such a measurement is never recorded as a run
  std::string timed_by{};       // "host": the interval includes the launching; kByProcess; "" by the device's own clock
  std::string kernels{};        // what one call put on the device, in words; "" where that cannot be seen
};

[[nodiscard]] inline bool is_by_process(const CaseFacts& facts) { return facts.timed_by == kByProcess; }

struct Measurement {
  CaseFacts facts;
  std::vector<std::vector<double>> launches;  // [launch][sample], in order of measurement
  std::optional<Check> check;
  std::vector<std::string> warnings;
  std::vector<Failure> failures;
  // Means over the launches; 0 where the device does not tell.
  double sm_clock_mhz = 0;  // during the rounds, as the device counted its cycles
  double energy_j = 0;      // of the whole device, per call
};

// How a device is set up; "" or 0 where it does not tell.
struct DeviceModes {
  std::string ecc{};  // "on" or "off"; so are mig and persistence
  std::string mig{};
  std::string persistence{};
  std::string compute_mode{};  // "default", "exclusive_process", "prohibited"
  double power_limit_w = 0;
  double highest_sm_clock_mhz = 0;
};

// Readings of the device around one launch; 0 where it does not tell. Times and energy are those of the timed rounds.
struct Telemetry {
  std::uint64_t launch = 0;
  double sm_clock_mhz = 0;  // as the device counted it during the rounds; as the driver says where it cannot
  double memory_clock_mhz = 0;
  double temperature_c = 0;  // the highest
  double power_w = 0;        // the highest
  double energy_j = 0;
  double throttled_power_ns = 0;     // by the power cap: the normal state of small cards under load
  double throttled_thermal_ns = 0;   // by heat
  double throttled_hardware_ns = 0;  // by a power brake: the supply asked for less
  double sentinel_copy_ns = 0;
  double sentinel_fma_ns = 0;
  double copy_bytes_per_s = 0;         // of the copy among the sentinels, where it is larger than every cache
  double tensor_flops_per_cycle = 0;   // of the whole device, FP16 and dense; what it is, not what it did
  double null_launch_ns = 0;           // what a launch that does nothing takes of an interval
  double interval_overhead_ns = 0;     // what an interval takes besides its launches, once
  double busy_percent = 0;             // by others, when the launch began; of a CPU, its load
  std::uint64_t processes_before = 0;  // others on the device when the launch began, and after its last case
  std::uint64_t processes_after = 0;
  DeviceModes modes{};
};

// One commit on one machine: what the database records ("ratchet.run/1").
struct Run {
  std::string uuid;
  Commit commit;
  std::string started_at;  // RFC 3339
  std::string tool;        // "ratchet 0.1.0"
  std::optional<Environment> environment;
  std::vector<Measurement> measurements;
  std::vector<Telemetry> telemetry;
};

// Index i of both lists is round i, unless the case is timed by process.
struct DuetLaunch {
  std::vector<double> baseline_ns;
  std::vector<double> candidate_ns;
  // Mean SM clock over all intervals of a side, as the device counted it; 0 where it cannot.
  double baseline_clock_mhz = 0;
  double candidate_clock_mhz = 0;
  double energy_j = 0;  // of the whole device, per call; known where nothing but the candidate was measured
};

struct DuetCase {
  CaseFacts facts;                  // the candidate's
  std::string baseline_definition;  // to see whether both sides claim the same function
  std::vector<DuetLaunch> launches;
  std::optional<Check> baseline_check;
  std::optional<Check> candidate_check;
  std::vector<std::string> warnings;
  std::vector<Failure> failures;
  std::string baseline_kernels{};  // facts.kernels of the other side
};

struct DuetSide {
  std::string label;
  Commit commit;
  std::string module_hash;  // SHA-256 of the module file, hex; "" when unknown
};

// Two modules measured together in rounds ("ratchet.duet/1").
struct Duet {
  DuetSide baseline;
  DuetSide candidate;
  std::optional<Environment> environment;
  std::vector<DuetCase> cases;
  std::vector<Telemetry> telemetry;
};

}  // namespace ratchet
