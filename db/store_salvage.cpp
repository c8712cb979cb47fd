#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "db/rows.h"
#include "db/store.h"

namespace ratchet::db {
namespace {

using Lost = std::vector<std::string>;

void attempt(Lost& lost, const std::string& what, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& fault) {
    lost.push_back(what + ": " + fault.what());
  }
}

// Without checksums a damaged index can name what it does not find.
template <class Row>
Row found(std::optional<Row> row) {
  if (!row) throw Error("its index names it and does not find it");
  return *std::move(row);
}

struct Named {
  std::int64_t id = 0;
  std::string uuid;
};

// From the index of uuids where it can be read, which also names the rows that cannot; else whatever rows can.
std::vector<Named> names_of(Connection& connection, const std::string& table, Lost& lost) {
  std::vector<Named> names;
  try {
    Statement index(connection, "list the " + table, "SELECT id, uuid FROM " + table + " ORDER BY uuid");
    for (index.start(); index.step();) names.push_back({index.integer(0), index.text(1)});
  } catch (const Error& fault) {
    lost.push_back("the list of " + table + ", so that some may be missing unnamed: " + fault.what());
    names.clear();
    Statement row(connection, "read a row of " + table, "SELECT uuid FROM " + table + " NOT INDEXED WHERE id = ?");
    const std::int64_t last = connection.number("find the last", ("SELECT max(id) FROM " + table).c_str());
    for (std::int64_t id = 1; id <= last; ++id) {
      attempt(lost, table + " " + std::to_string(id), [&] {
        row.start(id);
        if (row.step()) names.push_back({id, row.text(0)});
      });
    }
  }
  std::sort(names.begin(), names.end(), [](const Named& a, const Named& b) { return a.id < b.id; });
  return names;
}

std::vector<Summary> summaries_of(Connection& connection, std::int64_t run) {
  Statement select(
      connection, "read the numbers of a run",
      "SELECT cases.name, m.samples, m.launches, m.median_ns, m.ci_lo_ns, m.ci_hi_ns, m.mean_ns, m.min_ns, "
      "m.max_ns FROM measurements AS m JOIN cases ON cases.id = m.case_id WHERE m.run_id = ? AND "
      "m.samples > 0 ORDER BY m.position");
  std::vector<Summary> summaries;
  for (select.start(run); select.step();) {
    Row row(select);
    summaries.push_back(
        {row.text(), row.count(), row.count(), row.real(), row.real(), row.real(), row.real(), row.real(), row.real()});
  }
  return summaries;
}

// Whose duet proved a move that no run did: by commit or tree, and case.
using Proofs = std::map<std::pair<std::string, std::string>, std::string>;

void add_proofs(Proofs& proofs, const VerdictRecord& verdict) {
  for (const Duet& duet : verdict.duets) {
    for (const DuetCase& of : duet.cases) {
      proofs[{duet.candidate.commit.sha, of.facts.id}] = verdict.uuid;
      proofs[{duet.candidate.commit.tree, of.facts.id}] = verdict.uuid;
    }
  }
}

std::optional<std::string> proof_of(const Proofs& proofs, const BaselineMove& move) {
  for (const std::string& code : {move.commit.sha, move.commit.tree}) {
    const auto found = proofs.find({code, move.case_id});
    if (found != proofs.end()) return found->second;
  }
  return std::nullopt;
}

void copy_calibration(Connection& from, Store& store, Store& fresh, const Named& name) {
  Statement head(from, "read calibration " + name.uuid,
                 "SELECT started_at, environment_id, suite FROM calibrations WHERE id = ?");
  head.start(name.id);
  if (!head.step()) throw Error("its row is missing");
  const CalibrationRecord record{name.uuid, head.text(0), load_environment(from, head.integer(1)), head.text(2)};
  const std::vector<CalibrationLaunch> launches = store.calibration_launches(name.uuid);
  fresh.begin_calibration(record);
  for (const CalibrationLaunch& launch : launches) fresh.add_launch(name.uuid, launch);
  Statement reports(from, "read the reports of calibration " + name.uuid,
                    "SELECT made_at, failed, checks, document FROM calibration_reports WHERE calibration_id = ? "
                    "ORDER BY id");
  for (reports.start(name.id); reports.step();) {
    Row row(reports);
    CalibrationReport report;
    report.calibration = name.uuid;
    report.made_at = row.text();
    report.failed = row.count();
    report.checks = row.count();
    report.document = row.text();
    fresh.report_calibration(report);
  }
}

void copy_tunings(Connection& from, Store& fresh) {
  Statement select(
      from, "read the tunings",
      "SELECT environment_id, made_at, document, device_name, driver, clock_policy, modules, family, shape "
      "FROM tunings ORDER BY id");
  for (select.start(); select.step();) {
    Row row(select);
    TuningRecord tuning;
    tuning.environment = load_environment(from, row.integer());
    tuning.made_at = row.text();
    tuning.document = row.text();
    tuning.key = {row.text(), row.text(), row.text(), row.text(), row.text(), row.text()};
    fresh.record(tuning);
  }
}

// Moves of one case on one device, in order. The first that fails takes back what came before it.
void copy_moves(const std::vector<BaselineMove>& moves, const Proofs& proofs, const ModuleStore& modules,
                Store& fresh) {
  for (BaselineMove move : moves) {
    const auto current = fresh.baseline(move.case_id, move.device_name);
    move.replaces = current ? current->id : 0;
    try {
      Recording recording;
      if (move.kind != "retired") {
        static_cast<void>(fresh.store_module(modules.path(move.module_hash), move.moved_at));
        const auto proof = move.run_uuid.empty() ? proof_of(proofs, move) : std::nullopt;
        if (proof) recording.verdict = fresh.verdict(*proof);
      }
      recording.moves = {move};
      fresh.record(recording);
    } catch (const Error&) {
      if (!current) throw;
      move.kind = "retired";
      move.reason = "salvaged without a later move";
      move.actor = "ratchet db salvage";
      fresh.record({.run = {}, .summaries = {}, .verdict = {}, .moves = {move}});
      throw;
    }
  }
}

}  // namespace

std::vector<std::string> Store::salvage_into(Store& fresh) {
  Lost lost;
  for (const Named& name : names_of(connection_, "runs", lost)) {
    attempt(lost, "run " + name.uuid, [&] {
      fresh.record({.run = found(load_run(name.uuid)),
                    .summaries = summaries_of(connection_, name.id),
                    .verdict = {},
                    .moves = {}});
    });
  }
  Proofs proofs;
  for (const Named& name : names_of(connection_, "verdicts", lost)) {
    attempt(lost, "verdict " + name.uuid, [&] {
      const VerdictRecord verdict = found(load_verdict(name.uuid));
      fresh.record({.run = {}, .summaries = {}, .verdict = verdict, .moves = {}});
      add_proofs(proofs, verdict);
    });
  }
  // All or none: of a row that cannot be read nobody knows whose baseline it moved.
  attempt(lost, "all baselines", [&] {
    std::map<std::pair<std::string, std::string>, std::vector<BaselineMove>> moves;
    for (const BaselineMove& move : baseline_log("*")) moves[{move.case_id, move.device_name}].push_back(move);
    for (const auto& [key, of_case] : moves)
      attempt(lost, "the baseline of " + key.first + " on " + key.second,
              [&, &rows = of_case] { copy_moves(rows, proofs, modules_, fresh); });  // clang 14 captures no binding
  });
  attempt(lost, "acceptances", [&] {
    for (const Acceptance& one : acceptances()) fresh.accept(one);
  });
  for (const Named& name : names_of(connection_, "calibrations", lost))
    attempt(lost, "calibration " + name.uuid, [&] { copy_calibration(connection_, *this, fresh, name); });
  attempt(lost, "tunings", [&] { copy_tunings(connection_, fresh); });
  return lost;
}

}  // namespace ratchet::db
