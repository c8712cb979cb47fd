// The memory of ratchet: runs with every sample, verdicts with what they were decided from, and the audit of baselines.
// A few verbs over plain data, so that another store can stand behind them. It judges nothing, and it refuses what a
// gate must never rest on: numbers that are none, a baseline from a dirty tree, an unverified one, one without code.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/modules.h"
#include "db/records.h"
#include "db/samples.h"
#include "db/sqlite.h"
#include "ratchet/anchored.h"
#include "ratchet/error.h"
#include "ratchet/session_spread.h"

namespace ratchet::db {

// The baseline was moved by another process after it was judged against: judge again. Nothing was stored.
class StaleBaseline : public Error {
  using Error::Error;
};

// A name that means more than one run or verdict; the text lists them.
class Ambiguous : public Error {
  using Error::Error;
};

// A text that should be an RFC 3339 time and is none.
class BadTime : public Error {
  using Error::Error;
};

enum class Examination {
  Quick,  // every page of the file
  Full,   // and every index, reference and sample
};

// Identity of an environment row: every field counts. Which environments may be compared is for ratchet/ to say.
[[nodiscard]] std::string fingerprint(const Environment& environment);

// All functions throw ratchet::Error, naming the file or the case. Lists are oldest first unless said otherwise.
class Store {
 public:
  // ReadWrite creates file and folder; ReadOnly throws NoDatabase where there is none. Modules lie in modules/ beside
  // it.
  Store(const std::filesystem::path& file, Mode mode, std::chrono::milliseconds patience = kPatience);

  // One transaction. A uuid that is known with the same content is left alone; with other content it is refused.
  void record(const Recording& recording);
  void accept(const Acceptance& acceptance);
  [[nodiscard]] std::vector<Acceptance> acceptances();

  [[nodiscard]] std::optional<BaselineMove> baseline(const std::string& case_id, const std::string& device_name);
  [[nodiscard]] std::vector<BaselineMove> baselines(const std::string& device_name);
  // From the baseline's arm of the duets since the move; none when there was none yet.
  [[nodiscard]] std::optional<Remeasured> remeasured(const BaselineMove& move);
  [[nodiscard]] std::vector<BaselineMove> baseline_log(const std::string& case_glob);

  // Copies a module file in and remembers its name; returns its SHA-256.
  std::string store_module(const std::filesystem::path& file, const std::string& stored_at);
  [[nodiscard]] bool has_module(const std::string& hash) const { return modules_.contains(hash); }
  [[nodiscard]] std::filesystem::path module_file(const std::string& hash) const { return modules_.path(hash); }

  [[nodiscard]] std::vector<std::string> case_names();
  [[nodiscard]] std::vector<std::string> device_names();  // models with a recorded run
  [[nodiscard]] std::vector<HistoryPoint> history(const std::string& case_id, const HistoryFilter& filter);
  // The newest so many of each case of the device model, in the order of recording: an overview reads it, where
  // history() would read everything. Cases by name; without runs of the device left out.
  [[nodiscard]] std::vector<std::vector<HistoryPoint>> overview(const std::string& device_name, std::size_t newest);
  [[nodiscard]] std::vector<PastDuet> past_duets(const std::string& case_id, const HistoryFilter& filter);
  // What the spread between sessions is learned from: of the newest so many runs, and of as many verdicts, the sound
  // measurements of the case in environments that compare with this one. A run is a session, and so is each arm of a
  // duet. Its code is the module's hash where a baseline or a duet knows it, else the commit, and a dirty one is none;
  // sessions of a device that slowed down because of heat are left out. In no order.
  [[nodiscard]] std::vector<Session> sessions(const std::string& case_id, const Environment& environment,
                                              std::size_t newest);
  // Every recorded duet that measured the case on the device model, beside any baseline, in the order of measurement.
  [[nodiscard]] std::vector<AnchoredChange> anchored_changes(const std::string& case_id,
                                                             const std::string& device_name);
  // Every verdict on the case on the device model whose candidate is known, in the order of recording.
  [[nodiscard]] std::vector<CaseJudgement> judgements(const std::string& case_id, const std::string& device_name);
  [[nodiscard]] std::optional<Environment> environment(const std::string& fingerprint);
  // Newest first, by their times.
  [[nodiscard]] std::vector<RunRow> runs(const HistoryFilter& filter);
  [[nodiscard]] std::vector<VerdictRow> verdicts(const HistoryFilter& filter);

  // By at least four digits of a run's uuid, or of a commit's sha (then its newest run). A name that fits several runs,
  // or a commit measured in several environments (narrow by fingerprint) or both clean and dirty, is Ambiguous.
  [[nodiscard]] std::optional<Run> find_run(const std::string& prefix, const std::string& environment = "");
  // The newest run of a clean commit with this tree in exactly this environment (a fingerprint): commits of one tree
  // hold the same code, as a branch's merge and what main gets from it.
  [[nodiscard]] std::optional<Run> run_of_tree(const std::string& tree, const std::string& environment);
  [[nodiscard]] Launches samples(const std::string& run_uuid, const std::string& case_id);
  [[nodiscard]] std::optional<VerdictRecord> verdict(const std::string& uuid_prefix);
  [[nodiscard]] std::optional<VerdictRecord> newest_verdict();

  // A calibration grows launch by launch, each stored when it returns, so that an interrupted one goes on later.
  void begin_calibration(const CalibrationRecord& calibration);
  void add_launch(const std::string& calibration_uuid, const CalibrationLaunch& launch);
  [[nodiscard]] std::vector<CalibrationLaunch> calibration_launches(const std::string& calibration_uuid);
  [[nodiscard]] std::optional<CalibrationRecord> newest_calibration(const std::string& suite);
  void report_calibration(const CalibrationReport& report);
  // The newest report of each calibration on the device model, newest first.
  [[nodiscard]] std::vector<CalibrationReport> calibration_reports(const std::string& device_name);
  // The launches of identical code of a case in each calibration, as past_duets() gives those of verdicts.
  [[nodiscard]] std::vector<PastDuet> calibrated_duets(const std::string& case_id, const std::string& device_name);

  // The finished race of one shape; measured again it is another row, and the newest one counts.
  void record(const TuningRecord& tuning);
  [[nodiscard]] std::optional<std::string> tuning(const TuningKey& key);

  // What is wrong with the database and the modules of its baselines, a sentence each; empty: sound.
  [[nodiscard]] std::vector<std::string> check(Examination how = Examination::Full);
  // A consistent copy, with the module files beside it, made while others go on recording, and verified before it gets
  // its name. Refuses a name that is taken.
  void back_up(const std::filesystem::path& to);
  // Records into a new store whatever can be read of this one, each recording whole or not at all, and returns what is
  // missing there, a line each. A case has no baseline there unless every move of it could be read: an older one might
  // be looser.
  [[nodiscard]] std::vector<std::string> salvage_into(Store& fresh);
  // None: the file is from before its pages had any, and a flipped bit may pass unseen.
  [[nodiscard]] bool has_checksums();

 private:
  void put_run(const Run& run, const std::vector<Summary>& summaries);
  void put_verdict(const VerdictRecord& verdict);
  void put_move(const BaselineMove& move, const Recording& recording);
  [[nodiscard]] std::optional<Run> load_run(const std::string& uuid);
  [[nodiscard]] std::optional<VerdictRecord> load_verdict(const std::string& uuid);

  Connection connection_;
  ModuleStore modules_;
};

}  // namespace ratchet::db
