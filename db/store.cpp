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
  if (mode == Mode::ReadOnly) return file;
  create_folders(file.parent_path());
  // A new database would begin with baselines of whatever is measured next. SQLite begins one in a file of one byte too.
  namespace fs = std::filesystem;
  std::error_code none;
  if (fs::exists(file) && fs::file_size(file) <= 1 &&
      fs::directory_iterator(file.parent_path() / "modules", none) != fs::directory_iterator())
    throw Error(file.string() +
                ": the file is empty, but modules of baselines lie beside it, so it was not: restore a copy, or remove "
                "it to begin anew");
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

}  // namespace ratchet::db
