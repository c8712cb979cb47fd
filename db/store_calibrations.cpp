#include <map>

#include "db/json_text.h"
#include "db/rows.h"
#include "db/samples.h"
#include "db/store.h"

namespace ratchet::db {
namespace {

std::int64_t find_calibration(Connection& connection, const std::string& uuid) {
  Statement find(connection, "find calibration " + uuid, "SELECT id FROM calibrations WHERE uuid = ?");
  find.start(uuid);
  if (!find.step()) throw Error("calibration " + uuid + " is not recorded; begin it first");
  return find.integer(0);
}

void put_samples(Connection& connection, std::int64_t duet_id, const DuetCase& of) {
  Statement samples(connection, "record the calibration of " + of.facts.id,
                    "INSERT INTO calibration_samples (duet_id, case_id, facts, data) VALUES (?, ?, ?, ?)");
  samples.run(duet_id, put_case(connection, of.facts.id), facts_text(of), Bytes(encode_duet(of.launches, of.facts.batch)));
}

std::vector<DuetCase> load_samples(Connection& connection, std::int64_t duet_id) {
  std::vector<DuetCase> cases;
  Statement select(connection, "read the samples of a calibration",
                   "SELECT facts, data FROM calibration_samples WHERE duet_id = ? ORDER BY rowid");
  for (select.start(duet_id); select.step();) {
    DuetCase of = facts_from(select.text(0));
    of.launches = decode_duet("calibration, case " + of.facts.id, select.blob(1));
    cases.push_back(std::move(of));
  }
  return cases;
}

}  // namespace

void Store::begin_calibration(const CalibrationRecord& calibration) {
  require_time(connection_, calibration.started_at, "calibration " + calibration.uuid + ": started_at");
  Transaction transaction(connection_, "begin a calibration");
  Statement insert(connection_, "begin calibration " + calibration.uuid,
                   "INSERT INTO calibrations (uuid, started_at, environment_id, suite) VALUES (?, ?, ?, ?)");
  insert.run(calibration.uuid, calibration.started_at, put_environment(connection_, calibration.environment),
             calibration.suite);
  transaction.commit();
}

void Store::add_launch(const std::string& calibration_uuid, const CalibrationLaunch& launch) {
  Transaction transaction(connection_, "record a launch of a calibration");
  const std::int64_t calibration = find_calibration(connection_, calibration_uuid);
  Statement insert(connection_, "record a launch of calibration " + calibration_uuid,
                   "INSERT INTO calibration_duets (calibration_id, launch, planted_percent, seconds, sides, telemetry) "
                   "VALUES (?, ?, ?, ?, ?, ?) RETURNING id");
  for (const Duet& duet : launch.duets) {
    const std::int64_t id = insert.run_for_id(calibration, launch.number, launch.planted_percent, launch.seconds,
                                              sides_text(duet), telemetry_text(duet.telemetry));
    for (const DuetCase& of : duet.cases) put_samples(connection_, id, of);
  }
  transaction.commit();
}

std::vector<CalibrationLaunch> Store::calibration_launches(const std::string& calibration_uuid) {
  Statement environment(connection_, "read calibration " + calibration_uuid,
                        "SELECT environment_id FROM calibrations WHERE uuid = ?");
  environment.start(calibration_uuid);
  if (!environment.step()) return {};
  const Environment where = load_environment(connection_, environment.integer(0));
  Statement select(connection_, "read the launches of calibration " + calibration_uuid,
                   "SELECT d.id, launch, planted_percent, seconds, sides, telemetry FROM calibration_duets AS d "
                   "JOIN calibrations AS c ON c.id = d.calibration_id WHERE c.uuid = ? ORDER BY launch, d.id");
  std::vector<CalibrationLaunch> launches;
  for (select.start(calibration_uuid); select.step();) {
    Row row(select);
    const std::int64_t id = row.integer();
    const std::uint64_t number = row.count();
    if (launches.empty() || launches.back().number != number) launches.push_back({number, row.real(), row.real(), {}});
    Duet duet;
    duet.environment = where;
    read_sides(select.text(4), duet);
    duet.telemetry = telemetry_from(select.text(5));
    duet.cases = load_samples(connection_, id);
    launches.back().duets.push_back(std::move(duet));
  }
  return launches;
}

std::optional<CalibrationRecord> Store::newest_calibration(const std::string& suite) {
  Statement select(connection_, "find a calibration",
                   "SELECT uuid, started_at, environment_id FROM calibrations WHERE suite = ? "
                   "ORDER BY unixepoch(started_at) DESC, id DESC LIMIT 1");
  select.start(suite);
  if (!select.step()) return std::nullopt;
  return CalibrationRecord{select.text(0), select.text(1), load_environment(connection_, select.integer(2)), suite};
}

void Store::report_calibration(const CalibrationReport& report) {
  require_time(connection_, report.made_at, "calibration " + report.calibration + ": made_at");
  Transaction transaction(connection_, "report a calibration");
  Statement insert(connection_, "report calibration " + report.calibration,
                   "INSERT INTO calibration_reports (calibration_id, made_at, failed, checks, document) "
                   "VALUES (?, ?, ?, ?, ?)");
  insert.run(find_calibration(connection_, report.calibration), report.made_at, report.failed, report.checks,
             report.document);
  transaction.commit();
}

std::vector<CalibrationReport> Store::calibration_reports(const std::string& device_name) {
  Statement select(connection_, "read the reports of calibrations",
                   "SELECT c.uuid, r.made_at, c.environment_id, r.failed, r.checks, r.document "
                   "FROM calibration_reports AS r JOIN calibrations AS c ON c.id = r.calibration_id "
                   "JOIN environments AS e ON e.id = c.environment_id WHERE e.device_name = ? AND NOT EXISTS "
                   "(SELECT 1 FROM calibration_reports AS later WHERE later.calibration_id = r.calibration_id "
                   "AND (unixepoch(later.made_at), later.id) > (unixepoch(r.made_at), r.id)) "
                   "ORDER BY unixepoch(r.made_at) DESC, r.id DESC");
  std::vector<CalibrationReport> reports;
  for (select.start(device_name); select.step();) {
    Row row(select);
    CalibrationReport report;
    report.calibration = row.text();
    report.made_at = row.text();
    report.environment = load_environment(connection_, row.integer());
    report.failed = row.count();
    report.checks = row.count();
    report.document = row.text();
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<PastDuet> Store::calibrated_duets(const std::string& case_id, const std::string& device_name) {
  Statement select(connection_, "read the calibrations of " + case_id,
                   "SELECT c.uuid, c.started_at, e.fingerprint, s.facts, s.data FROM cases "
                   "JOIN calibration_samples AS s ON s.case_id = cases.id "
                   "JOIN calibration_duets AS d ON d.id = s.duet_id JOIN calibrations AS c ON c.id = d.calibration_id "
                   "JOIN environments AS e ON e.id = c.environment_id "
                   "WHERE cases.name = ? AND e.device_name = ? AND d.planted_percent = 0 ORDER BY c.id, d.launch, d.id");
  std::vector<PastDuet> past;
  for (select.start(case_id, device_name); select.step();) {
    Row row(select);
    const std::string uuid = row.text();
    if (past.empty() || past.back().verdict_uuid != uuid) past.push_back({uuid, row.text(), row.text(), {}, {}});
    past.back().facts = facts_from(select.text(3)).facts;
    for (DuetLaunch& launch : decode_duet("calibration " + uuid + ", case " + case_id, select.blob(4)))
      past.back().launches.push_back(std::move(launch));
  }
  return past;
}

}  // namespace ratchet::db
