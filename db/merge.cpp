#include "db/merge.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "db/merge_baselines.h"
#include "db/merge_rows.h"
#include "db/migrations.h"
#include "db/modules.h"
#include "db/moves.h"
#include "db/rows.h"
#include "db/store.h"
#include "db/temporary_name.h"

namespace ratchet::db {
namespace {

constexpr const char* kBundledModules =
    "CREATE TABLE bundled_modules (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT";
constexpr std::string_view kMagic{"SQLite format 3", 16};  // with its zero

class Attached {
 public:
  Attached(Connection& connection, const std::filesystem::path& file) : connection_(connection) {
    Statement(connection_, "attach " + file.string(), "ATTACH ? AS theirs").run(file.string());
    // It is only read, but BEGIN IMMEDIATE begins to write to every attached file, and a commit in two of them needs a
    // super-journal: who is killed leaves it, and removing it by hand could harm ours. A file that is not synced does
    // without.
    connection_.execute("attach a database", "PRAGMA theirs.synchronous = OFF");
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;
  ~Attached() {
    try {
      connection_.execute("detach a database", "DETACH theirs");
    } catch (const Error&) {  // closing the connection, which follows, does it too
    }
  }

 private:
  Connection& connection_;
};

bool has_bundled_modules(Connection& connection) {
  return connection.number("look for modules", "SELECT count(*) FROM sqlite_schema WHERE name = 'bundled_modules'") > 0;
}

// Before anything is made or locked.
void require_mergeable(const std::filesystem::path& ours, const std::filesystem::path& theirs) {
  if (!std::filesystem::exists(theirs)) throw Error(theirs.string() + ": there is no such file");
  if (std::filesystem::exists(ours) && std::filesystem::equivalent(ours, theirs))
    throw Error(theirs.string() + ": is the database itself");
  Connection source(theirs, Mode::ReadOnly);
  if (source.owner() == Owner::Nobody) throw Error(theirs.string() + ": the file is empty; there is nothing to merge");
  static_cast<void>(known_version(source));
}

// One read of the whole other database, so that neither its age nor who writes to it matters afterwards.
void copy_into(const std::filesystem::path& from, const std::filesystem::path& copy) {
  Connection copied(copy, Mode::ReadWrite);
  Connection(from, Mode::ReadOnly).copy_to(copied);
  try {
    migrate(copied);
  } catch (const Error& fault) {
    throw Error(from.string() + ": cannot be brought to this program's schema: " + fault.what());
  }
}

std::vector<std::byte> content_of(const std::filesystem::path& file) {
  std::vector<std::byte> content(std::filesystem::file_size(file));
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (in.gcount() != static_cast<std::streamsize>(content.size())) throw Error(file.string() + ": cannot read it");
  return content;
}

void write_file(const std::filesystem::path& file, Bytes content) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) throw Error(file.string() + ": cannot write it; check the space on the disk");
}

// Gives ours the file of a module from theirs: out of the bundle, or from the folder beside the database.
void take_module(Connection& copy, const std::filesystem::path& theirs, ModuleStore& ours, const std::string& hash,
                 const std::filesystem::path& scratch) {
  if (!has_bundled_modules(copy)) {
    ours.put(ModuleStore(std::filesystem::absolute(theirs).parent_path() / "modules").path(hash));
    return;
  }
  Statement find(copy, "read module " + hash, "SELECT data FROM bundled_modules WHERE sha256 = ?");
  find.start(hash);
  if (!find.step()) throw Error("module " + hash + ": the bundle lacks it; export it again");
  write_file(scratch, find.blob(0));
  if (ours.put(scratch) != hash) throw Error("module " + hash + ": it is damaged in the bundle; export it again");
}

std::vector<std::string> standing_modules(Connection& connection) {
  std::vector<std::string> hashes;
  Statement select(
      connection, "read the modules of baselines",
      "SELECT DISTINCT module_sha256 FROM baselines AS b WHERE kind <> 'retired' AND b.id = (SELECT max(id) "
      "FROM baselines WHERE case_id = b.case_id AND device_name = b.device_name) ORDER BY 1");
  for (select.start(); select.step();) hashes.push_back(select.text(0));
  return hashes;
}

// take_modules: gets the files of the modules that became baselines, before the rows that refer to them are there for
// good.
template <class TakeModules>
Merged merge_all(const std::filesystem::path& ours, const std::filesystem::path& theirs, const std::string& since,
                 const Author& author, const TakeModules& take_modules) {
  require_mergeable(ours, theirs);
  { const Store made(ours, Mode::ReadWrite); }  // creates or migrates it
  const TemporaryName merging(std::filesystem::absolute(ours).parent_path() / "merging");
  const std::filesystem::path copy_file = merging.with(".db");
  copy_into(theirs, copy_file);
  Connection copy(copy_file, Mode::ReadOnly);
  const std::vector<BaselineMove> moves = moves_matching(copy, "*");

  Connection connection(ours, Mode::ReadWrite);
  require_time(connection, author.now, "the time of the merge");
  if (!since.empty()) require_time(connection, since, "since");
  const Attached attached(connection, copy_file);
  Merged merged;
  try {
    Transaction transaction(connection, "merge the databases");
    const std::vector<std::string> before = standing_modules(connection);
    merge_rows(connection, since, merged);
    merge_baselines(connection, moves, theirs.filename().string(), author, merged);
    const std::vector<std::string> after = standing_modules(connection);
    std::vector<std::string> added;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
    take_modules(connection, copy, added);
    transaction.commit();
  } catch (const Error& fault) {
    throw Error(theirs.string() + ": " + fault.what());
  }
  return merged;
}

}  // namespace

bool is_database(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, kMagic.size()> begin{};
  in.read(begin.data(), begin.size());
  return in.gcount() == static_cast<std::streamsize>(begin.size()) &&
         kMagic == std::string_view(begin.data(), begin.size());
}

Merged merge(const std::filesystem::path& ours, const std::filesystem::path& theirs, const Author& author) {
  const std::filesystem::path folder = std::filesystem::absolute(ours).parent_path();
  ModuleStore store(folder / "modules");
  return merge_all(ours, theirs, "", author,
                   [&](Connection&, Connection& copy, const std::vector<std::string>& hashes) {
                     const TemporaryName scratch(folder / "merging");
                     for (const std::string& hash : hashes) {
                       if (!store.contains(hash)) take_module(copy, theirs, store, hash, scratch.with(".module"));
                     }
                   });
}

Merged export_bundle(const std::filesystem::path& database, const std::filesystem::path& bundle,
                     const std::string& since, const Author& author) {
  if (std::filesystem::exists(bundle)) throw Error(bundle.string() + ": exists already; give another name");
  { const Store source(database, Mode::ReadOnly); }  // says what is wrong with it before anything is made
  const TemporaryName making(bundle);
  const std::filesystem::path made = making.with(".db");  // made by the store: an empty file beside modules is refused
  const ModuleStore store(std::filesystem::absolute(database).parent_path() / "modules");
  const auto put = [&](Connection& connection, Connection&, const std::vector<std::string>& hashes) {
    connection.execute("make a bundle", kBundledModules);
    Statement insert(connection, "put a module into the bundle", "INSERT INTO bundled_modules VALUES (?, ?)");
    for (const std::string& hash : hashes) insert.run(hash, Bytes(content_of(store.path(hash))));
  };
  const Merged merged = merge_all(made, database, since, author, put);
  // Not rename(), which would replace a file that has come meanwhile.
  if (link(made.c_str(), bundle.c_str()) != 0)
    throw Error(bundle.string() + ": cannot give the bundle its name: " + std::generic_category().message(errno));
  return merged;
}

}  // namespace ratchet::db
