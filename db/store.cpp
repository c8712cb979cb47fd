#include "db/store.h"

#include <set>

#include "db/durable.h"
#include "db/fitness.h"
#include "db/migrations.h"
#include "db/rows.h"

namespace ratchet::db {
namespace {

// The folder is ours to make only where the file is.
const std::filesystem::path& with_folder(const std::filesystem::path& file, Mode mode) {
  if (mode == Mode::ReadWrite) create_folders(file.parent_path());
  return file;
}

}  // namespace

Store::Store(const std::filesystem::path& file, Mode mode, std::chrono::milliseconds patience)
    : connection_(with_folder(file, mode), mode, patience), modules_(connection_.file().parent_path() / "modules") {
  migrate(connection_);
}

void Store::record(const Recording& recording) {
  // Everything slow or refusable without the database comes before the lock that others wait for.
  if (recording.run) {
    require_fit(*recording.run, recording.summaries);
  } else if (!recording.summaries.empty()) {
    throw Error("summaries without their run: nothing was recorded; give the run");
  }
  if (recording.verdict) require_fit(*recording.verdict);
  std::set<std::string> modules;
  for (const auto& move : recording.moves) {
    if (move.kind != "retired") modules.insert(move.module_hash);
  }
  for (const auto& hash : modules) static_cast<void>(modules_.path(hash));
  Transaction transaction(connection_, "record");
  if (recording.run) put_run(*recording.run, recording.summaries);
  if (recording.verdict) put_verdict(*recording.verdict);
  for (const auto& move : recording.moves) put_move(move, recording);
  transaction.commit();
}

void Store::accept(const Acceptance& acceptance) {
  require_time(connection_, acceptance.accepted_at, "acceptance of " + acceptance.case_id + ": accepted_at");
  Transaction transaction(connection_, "accept");
  Statement insert(connection_, "accept " + acceptance.case_id,
                   "INSERT INTO acceptances (case_name, reason, actor, until, accepted_at) VALUES (?, ?, ?, ?, ?)");
  insert.run(acceptance.case_id, acceptance.reason, acceptance.actor, acceptance.until, acceptance.accepted_at);
  transaction.commit();
}

std::vector<Acceptance> Store::acceptances() {
  std::vector<Acceptance> result;
  Statement select(connection_, "read the acceptances",
                   "SELECT case_name, reason, actor, until, accepted_at FROM acceptances ORDER BY id");
  for (select.start(); select.step();) {
    Row row(select);
    result.push_back({row.text(), row.text(), row.text(), row.text(), row.text()});
  }
  return result;
}

std::string Store::store_module(const std::filesystem::path& file, const std::string& stored_at) {
  require_time(connection_, stored_at, "module " + file.string() + ": stored_at");
  if (connection_.mode() == Mode::ReadOnly) {
    throw Error(connection_.file().string() + ": open for reading only: no module is stored");
  }
  const std::string hash = modules_.put(file);
  Statement insert(connection_, "store module " + file.string(),
                   "INSERT INTO modules (sha256, size_bytes, file_name, stored_at) VALUES (?, ?, ?, ?) "
                   "ON CONFLICT DO NOTHING");
  insert.run(hash, std::filesystem::file_size(modules_.path(hash)), file.filename().string(), stored_at);
  return hash;
}

std::vector<std::string> Store::case_names() {
  std::vector<std::string> result;
  Statement select(connection_, "read the cases", "SELECT name FROM cases ORDER BY name");
  for (select.start(); select.step();) result.push_back(select.text(0));
  return result;
}

std::vector<std::string> Store::device_names() {
  std::vector<std::string> result;
  Statement select(connection_, "read the devices",
                   "SELECT DISTINCT device_name FROM environments AS e WHERE EXISTS "
                   "(SELECT 1 FROM runs WHERE environment_id = e.id) ORDER BY device_name");
  for (select.start(); select.step();) result.push_back(select.text(0));
  return result;
}

std::optional<Environment> Store::environment(const std::string& fingerprint) {
  Statement find(connection_, "find an environment", "SELECT id FROM environments WHERE fingerprint = ?");
  find.start(fingerprint);
  if (!find.step()) return std::nullopt;
  return load_environment(connection_, find.integer(0));
}

// Only what is reachable for a person is checked here; SQLite checks pages and references itself.
std::vector<std::string> Store::check() {
  std::vector<std::string> problems;
  Statement pages(connection_, "check the database", "PRAGMA quick_check");
  for (pages.start(); pages.step();) {
    if (pages.text(0) != "ok") problems.push_back("database: " + pages.text(0));
  }
  Statement references(connection_, "check the references", "PRAGMA foreign_key_check");
  for (references.start(); references.step();) {
    problems.push_back("database: a row of " + references.text(0) + " refers to a missing row of " +
                       references.text(2));
  }
  // SQLite does not look into blobs: these checksums are ours.
  Statement blobs(connection_, "read the samples",
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
  Statement files(connection_, "read the modules of baselines",
                  "SELECT DISTINCT module_sha256 FROM baselines AS moved WHERE kind <> 'retired' AND NOT EXISTS "
                  "(SELECT 1 FROM baselines AS later WHERE later.case_id = moved.case_id AND "
                  "later.device_name = moved.device_name AND later.id > moved.id)");
  for (files.start(); files.step();) {
    try {
      static_cast<void>(modules_.path(files.text(0)));
    } catch (const Error& fault) {
      problems.emplace_back(fault.what());
    }
  }
  return problems;
}

}  // namespace ratchet::db
