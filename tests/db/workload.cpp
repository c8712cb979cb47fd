#include "tests/db/workload.h"

#include <sstream>

#include "db/json_text.h"

namespace ratchet::db {
namespace {

constexpr const char* kCase = "copy/plain/n=1";
constexpr const char* kDevice = "NVIDIA L4";
constexpr const char* kCalibration = "calibration-1";

const TuningKey kTuning{kDevice, "580.1", "default", std::string(64, 'a'), "copy/plain", "n=1"};

CalibrationLaunch a_calibration_launch() {
  CalibrationLaunch launch{0, 0, 1.5, a_verdict("v").duets};
  launch.duets.front().baseline.module_hash = "aa";
  return launch;
}

class Text {
 public:
  template <class... Parts>
  void line(const Parts&... parts) {
    ((out_ << parts << '|'), ...);
    out_ << '\n';
  }
  void commit(const Commit& commit) {
    line(commit.sha, commit.tree, commit.dirty, commit.subject, commit.time);
    for (const std::string& parent : commit.parents) line("parent", parent);
  }
  void facts(const CaseFacts& facts) {
    line(facts.id, facts.bytes, facts.flops, facts.peak_memory_bytes, facts.l2, facts.definition, facts.batch);
  }
  void duets(const std::vector<PastDuet>& past) {
    for (const PastDuet& duet : past) {
      line("duet", duet.verdict_uuid, duet.made_at, duet.environment, duet.launches.size());
      facts(duet.facts);
      for (const DuetLaunch& launch : duet.launches) {
        for (const double time_ns : launch.baseline_ns) line(time_ns);
        for (const double time_ns : launch.candidate_ns) line(time_ns);
      }
    }
  }
  [[nodiscard]] std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
};

void write_baselines(Text& text, Store& store) {
  const auto write = [&](const BaselineMove& move) {
    text.line("move", move.id, move.replaces, move.kind, move.case_id, move.device_name, move.device_kind);
    text.line(move.module_hash, move.run_uuid, move.definition, move.median_ns, move.ci_lo_ns, move.ci_hi_ns);
    text.line(move.reason, move.actor, move.moved_at);
    text.commit(move.commit);
  };
  for (const BaselineMove& move : store.baseline_log("*")) write(move);
  for (const BaselineMove& move : store.baselines(kDevice)) {
    write(move);
    if (const auto newest = store.baseline(move.case_id, kDevice)) write(*newest);
    const auto since = store.remeasured(move);
    if (since) text.line("since", since->median_ns, since->sessions);
  }
}

void write_case(Text& text, Store& store, const std::string& name) {
  for (const HistoryPoint& point : store.history(name, {})) {
    const Summary& s = point.summary;
    text.line("point", point.run_uuid, point.started_at, point.environment, point.device_name, point.energy_j);
    text.line(s.samples, s.launches, s.median_ns, s.ci_lo_ns, s.ci_hi_ns, s.mean_ns, s.min_ns, s.max_ns);
    text.facts(point.facts);
  }
  text.duets(store.past_duets(name, {}));
  text.duets(store.calibrated_duets(name, kDevice));
  for (const CaseJudgement& one : store.judgements(name, kDevice))
    text.line("judged", one.verdict_uuid, to_string(one.verdict), to_string(one.method), one.change.value_or(0));
  for (const AnchoredChange& one : store.anchored_changes(name, kDevice))
    text.line("anchored", one.verdict_uuid, one.change, one.change_ci.low, one.change_ci.high, one.launches);
  for (const Session& session : store.sessions(name, an_environment(), 50)) {
    text.line("session", session.code);
    for (const double time_ns : session.launch_medians_ns) text.line(time_ns);
  }
}

}  // namespace

std::string everything_in(Store& store) {
  Text text;
  for (const RunRow& row : store.runs({})) {
    text.line("run", row.uuid, row.started_at, row.environment, row.device_name, row.cases, row.samples);
    const auto run = store.find_run(row.uuid);
    if (!run) continue;  // a damaged index names it and does not find it
    text.commit(run->commit);
    text.line(content(*run));
  }
  for (const std::string& name : store.case_names()) {
    text.line("case", name);
    write_case(text, store, name);
  }
  if (const auto verdict = store.newest_verdict()) text.line("verdict", content(*verdict));
  write_baselines(text, store);
  for (const Acceptance& one : store.acceptances())
    text.line("accepted", one.case_id, one.reason, one.actor, one.until, one.accepted_at);
  if (const auto calibration = store.newest_calibration("suite")) text.line(calibration->uuid, calibration->started_at);
  for (const CalibrationReport& report : store.calibration_reports(kDevice))
    text.line(report.calibration, report.made_at, report.failed, report.checks, report.document);
  text.line("tuning", store.tuning(kTuning).value_or(""));
  return text.text();
}

Workload::Workload() {
  std::ofstream(sources_.file("first.so")) << std::string(9'000, 'a');
  std::ofstream(sources_.file("second.so")) << std::string(9'000, 'b');
  const Folder sound;
  Store store(sound.file(), Mode::ReadWrite);
  after_.push_back(everything_in(store));
  for (std::size_t i = 0; i < steps(); ++i) {
    step(i, store);
    after_.push_back(everything_in(store));
  }
}

void Workload::step(std::size_t number, Store& store) const {
  if (number <= 1) {
    const bool first = number == 0;
    const Run run = a_run(first ? "run-0001" : "run-0002", first ? 'b' : 'a');
    Recording recording = recording_of(run);
    if (!first) recording.verdict = a_verdict("verdict-0001");
    const auto file = sources_.file(first ? "first.so" : "second.so");
    const std::string module = store.store_module(file, "2026-01-01T00:00:00Z");
    recording.moves = {a_move(run, module, first ? "set" : "advanced", first ? 0 : 1)};
    store.record(recording);
  } else if (number == 2) {
    store.accept({kCase, "needed", "a person", "", "2026-01-03T00:00:00Z"});
  } else if (number == 3) {
    store.begin_calibration({kCalibration, "2026-01-02T00:00:00Z", an_environment(), "suite"});
  } else if (number == 4) {
    store.add_launch(kCalibration, a_calibration_launch());
  } else if (number == 5) {
    // Larger than the pages that a new database has: the file must grow.
    store.accept({kCase, std::string(50'000, 'r'), "a person", "", "2026-01-04T00:00:00Z"});
  } else {
    store.record(TuningRecord{kTuning, an_environment(), "2026-01-02T00:00:00Z", "{\"tuned\": 1}"});
  }
}

std::size_t require_whole(const Workload& workload, const std::filesystem::path& file, std::size_t acknowledged) {
  Store store(file, Mode::ReadWrite);
  for (const std::string& problem : store.check()) throw Error("not sound: " + problem);
  const std::string found = everything_in(store);
  for (std::size_t steps = acknowledged; steps <= workload.steps(); ++steps)
    if (found == workload.after(steps)) return steps;
  throw Error("the database reads as after no whole number of steps from " + std::to_string(acknowledged) + " on");
}

bool is_torture() { return std::getenv("RATCHET_TORTURE") != nullptr; }

}  // namespace ratchet::db
