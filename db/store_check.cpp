#include <sqlite3.h>

#include "db/page_checksums.h"
#include "db/samples.h"
#include "db/store.h"

namespace ratchet::db {
namespace {

using Problems = std::vector<std::string>;

// A part that cannot even be read is a problem like others, and the parts after it are still looked at.
template <class Look>
void look_at(Problems& problems, const Look& look) {
  try {
    look();
  } catch (const Error& fault) {
    problems.emplace_back(fault.what());
  }
}

void check_pages(Connection& connection, Problems& problems, const char* sql) {
  static const std::string wrong_checksum = "error code=" + std::to_string(SQLITE_IOERR_DATA);
  Statement pages(connection, "check the database", sql);
  for (pages.start(); pages.step();) {
    const std::string said = pages.text(0);
    if (said == "ok") continue;
    const bool checksum = said.find(wrong_checksum) != std::string::npos;
    problems.push_back("database: " + said + (checksum ? " (the checksum of the page is wrong)" : "") +
                       "; ratchet db salvage makes a new file of what can be read");
  }
}

void check_references(Connection& connection, Problems& problems) {
  Statement references(connection, "check the references", "PRAGMA foreign_key_check");
  for (references.start(); references.step();) {
    problems.push_back("database: a row of " + references.text(0) + " refers to a missing row of " +
                       references.text(2));
  }
}

// SQLite does not look into blobs: these checksums are ours.
void check_samples(Connection& connection, Problems& problems) {
  Statement blobs(connection, "read the samples",
                  "SELECT 'run ' || runs.uuid, cases.name, data FROM samples JOIN runs ON runs.id = run_id "
                  "JOIN cases ON cases.id = case_id UNION ALL "
                  "SELECT 'verdict ' || verdicts.uuid, cases.name, data FROM duet_samples "
                  "JOIN verdicts ON verdicts.id = verdict_id JOIN cases ON cases.id = case_id UNION ALL "
                  "SELECT 'calibration ' || c.uuid, cases.name, data FROM calibration_samples AS s "
                  "JOIN calibration_duets AS d ON d.id = s.duet_id JOIN calibrations AS c ON c.id = d.calibration_id "
                  "JOIN cases ON cases.id = s.case_id");
  for (blobs.start(); blobs.step();) {
    try {
      static_cast<void>(decode(blobs.blob(2)));
    } catch (const Error& fault) {
      problems.push_back(blobs.text(0) + ", case " + blobs.text(1) + ": " + fault.what());
    }
  }
}

void check_modules(Connection& connection, const ModuleStore& modules, Problems& problems) {
  Statement files(connection, "read the modules of baselines",
                  "SELECT DISTINCT module_sha256 FROM baselines AS moved WHERE kind <> 'retired' AND NOT EXISTS "
                  "(SELECT 1 FROM baselines AS later WHERE later.case_id = moved.case_id AND "
                  "later.device_name = moved.device_name AND later.id > moved.id)");
  for (files.start(); files.step();) look_at(problems, [&] { static_cast<void>(modules.path(files.text(0))); });
}

}  // namespace

std::vector<std::string> Store::check(Examination how) {
  Problems problems;
  // The quick one reads every page, and with it every checksum; the other holds each index against its table, too.
  const char* sql = how == Examination::Full ? "PRAGMA integrity_check" : "PRAGMA quick_check";
  look_at(problems, [&] { check_pages(connection_, problems, sql); });
  look_at(problems, [&] { check_modules(connection_, modules_, problems); });
  if (how == Examination::Quick) return problems;
  look_at(problems, [&] { check_references(connection_, problems); });
  look_at(problems, [&] { check_samples(connection_, problems); });
  return problems;
}

bool Store::has_checksums() { return connection_.reserved_bytes() == kChecksumBytes; }

}  // namespace ratchet::db
