// What the tests of the store share: a folder that goes away, and a run, verdict and baseline that are fit to record.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "db/store.h"

namespace ratchet::db {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "ratchet-db-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::filesystem::path file(const std::string& name = "ratchet.db") const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline std::string sha(char digit) { return std::string(40, digit); }

inline Environment an_environment(const std::string& device = "NVIDIA L4", const std::string& driver = "580.1") {
  return {.device = {.kind = "cuda",
                     .name = device,
                     .uuid = "GPU-1",
                     .compute_capability = "8.9",
                     .memory_bytes = 24'000'000'000,
                     .l2_bytes = 50'331'648,
                     .peak_bandwidth_bytes_per_s = 300e9},
          .driver = driver,
          .cuda_runtime = "13.0",
          .cpu = "a cpu",
          .os = "an os",
          .clock_policy = "default",
          .timer_tick_ns = 32};
}

inline Measurement a_measurement(const std::string& id, std::vector<std::vector<double>> launches) {
  Measurement of;
  of.facts = {.id = id,
              .unit = "ns",
              .bytes = 1024,
              .flops = 2048,
              .peak_memory_bytes = 4096,
              .l2 = "cold",
              .definition = "d1",
              .source = "a.cu:1",
              .batch = 2,
              .handicap_percent = 0};
  of.launches = std::move(launches);
  of.check = Check{.verified = true, .rel_l2 = 2.5e-4, .row_error = 1e-3};
  return of;
}

inline Run a_run(const std::string& uuid, char commit = 'a') {
  Run run;
  run.uuid = uuid;
  run.commit = {.sha = sha(commit),
                .tree = sha('e'),
                .parents = {sha('1'), sha('2')},
                .subject = "Make it faster",
                .time = "2026-01-01T00:00:00Z",
                .dirty = false};
  run.started_at = "2026-01-02T03:04:05Z";
  run.tool = "ratchet 0.1.0";
  run.environment = an_environment();
  run.measurements = {a_measurement("copy/plain/n=1", {{100, 101.5, 99}, {102}}),
                      a_measurement("add/plain/n=1", {{7}})};
  run.telemetry = {{.launch = 1,
                    .sm_clock_mhz = 1980,
                    .memory_clock_mhz = 3201,
                    .temperature_c = 41.5,
                    .power_w = 70,
                    .energy_j = 12.5,
                    .throttled_power_ns = 3,
                    .copy_bytes_per_s = 4.3e12,
                    .tensor_flops_per_cycle = 540672,
                    .null_launch_ns = 1100,
                    .interval_overhead_ns = 2300,
                    .busy_percent = 4,
                    .processes_before = 2,
                    .processes_after = 2,
                    .modes = {.ecc = "on",
                              .mig = "off",
                              .persistence = "on",
                              .compute_mode = "default",
                              .power_limit_w = 72,
                              .highest_sm_clock_mhz = 2040}}};
  return run;
}

inline std::vector<Summary> summaries_of(const Run& run) {
  std::vector<Summary> result;
  for (const auto& of : run.measurements) {
    std::vector<double> all;
    std::uint64_t launches = 0;
    for (const auto& launch : of.launches) {
      all.insert(all.end(), launch.begin(), launch.end());
      launches += launch.empty() ? 0 : 1;
    }
    if (all.empty()) continue;
    std::sort(all.begin(), all.end());
    const double median = all[all.size() / 2];
    result.push_back(
        {of.facts.id, all.size(), launches, median, all.front(), all.back(), median, all.front(), all.back()});
  }
  return result;
}

inline Recording recording_of(const Run& run) {
  return {.run = run, .summaries = summaries_of(run), .verdict = std::nullopt, .moves = {}};
}

inline VerdictRecord a_verdict(const std::string& uuid) {
  VerdictRecord verdict;
  verdict.uuid = uuid;
  verdict.made_at = "2026-01-02T04:00:00+01:00";
  verdict.baseline = a_run("", 'b').commit;
  verdict.candidate = a_run("", 'a').commit;
  verdict.environment = an_environment();
  verdict.outcome = "regressed";
  verdict.exit_code = 1;
  verdict.document = "{\"format\": \"ratchet.verdict/1\",  \"outcome\":\"regressed\"}";
  verdict.cases = {{"copy/plain/n=1", "regressed", "duet", 0.0183, 0.0171, 0.0195, 2},
                   {"add/plain/n=1", "missing", "", std::nullopt, std::nullopt, std::nullopt, 0}};
  Duet duet;
  duet.baseline = {"main", verdict.baseline, std::string(64, '0')};
  duet.candidate = {"this", verdict.candidate, ""};
  duet.environment = an_environment();
  DuetCase of;
  of.facts = a_measurement("copy/plain/n=1", {}).facts;
  of.baseline_definition = "d0";
  of.launches = {{{100, 102}, {101, 103}, 1980, 1975.5}, {{}, {}}, {{99.5}, {100.5}, 1979, 0}};
  of.candidate_check = Check{.verified = true, .rel_l2 = 0, .row_error = 0};
  of.warnings = {"clock fell"};
  of.failures = {{"crashed", "candidate", "signal 11\xff"}};
  duet.cases = {of};
  duet.telemetry = {{.launch = 2, .sm_clock_mhz = 990}};
  verdict.duets = {duet};
  return verdict;
}

inline std::string a_module(Store& store, const Folder& folder, const std::string& content = "machine code") {
  const auto file = folder.file("module.so");
  std::ofstream(file) << content;
  return store.store_module(file, "2026-01-01T00:00:00Z");
}

inline BaselineMove a_move(const Run& run, const std::string& module, const std::string& kind, std::int64_t replaces) {
  return {.id = 0,
          .replaces = replaces,
          .kind = kind,
          .case_id = "copy/plain/n=1",
          .device_name = "NVIDIA L4",
          .device_kind = "cuda",
          .commit = run.commit,
          .module_hash = module,
          .run_uuid = run.uuid,
          .definition = "d1",
          .median_ns = 101,
          .ci_lo_ns = 99,
          .ci_hi_ns = 102,
          .reason = "",
          .actor = "",
          .moved_at = "2026-01-02T05:00:00Z"};
}

// The message of the Error that the call must throw.
template <class Call>
std::string fault_of(const Call& call) {
  try {
    call();
  } catch (const Error& fault) {
    return fault.what();
  }
  FAIL("no ratchet::Error was thrown");
  return {};
}

inline bool says(const std::string& message, const std::string& words) {
  const bool found = message.find(words) != std::string::npos;
  if (!found) MESSAGE("the message was: " << message);
  return found;
}

}  // namespace ratchet::db
