#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "db/sha256.h"
#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/measuring.h"
#include "src/cli/recording.h"
#include "src/cli/version.h"
#include "src/documents/documents.h"
#include "src/documents/node.h"
#include "src/importers/adapter.h"
#include "src/importers/joined.h"
#include "src/report/units.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

struct Imported {
  std::vector<Run> runs;
  std::vector<std::string> lacks;
  std::string adapter;
};

struct File {
  std::string name;
  std::string text;
};

std::vector<File> read_files(const po::variables_map& values) {
  std::vector<File> files;
  std::set<std::string> seen;
  for (const std::string& name : texts_of(values, "file")) {
    files.push_back({name == "-" ? "standard input" : name, documents::read_file(name, importers::kMaxTextBytes)});
    if (!seen.insert(files.back().text).second)
      throw Error(files.back().name + ": another of these files holds the same; each is one invocation of a benchmark");
  }
  if (files.empty()) throw Error("import needs files; `ratchet import --help` has the formats");
  return files;
}

importers::Source source_of(const File& file) {
  const std::filesystem::path path(file.name);
  return {file.text, file.name, path.stem().string(), importers::companions_in(path.parent_path().string())};
}

// The same files give the same name in any order.
std::string hash_of(const std::vector<File>& files) {
  std::vector<std::string> hashes;
  for (const File& file : files) hashes.push_back(db::sha256_of(file.text));
  std::sort(hashes.begin(), hashes.end());
  std::string all;
  for (const std::string& hash : hashes) all += hash;
  return db::sha256_of(all);
}

Imported read_all(const std::vector<File>& files, const std::string& wanted, const std::string& device) {
  const importers::Adapter& adapter =
      wanted == "auto" ? importers::adapter_for(source_of(files.front())) : importers::adapter_named(wanted);
  std::vector<importers::Reading> readings;
  std::vector<std::string> names;
  Imported imported;
  for (const File& file : files) {
    readings.push_back(importers::read(adapter, source_of(file)));
    names.push_back(file.name);
  }
  imported.adapter = adapter.name;
  imported.lacks = readings.front().lacks;
  imported.runs = importers::joined(readings, names);
  importers::place(imported.runs, adapter, device, files.front().name);
  const std::string hash = hash_of(files);
  for (std::size_t i = 0; i < imported.runs.size(); ++i)
    if (imported.runs[i].uuid.empty()) imported.runs[i].uuid = importers::uuid_of(hash, i);
  return imported;
}

bool inside_repository() {
  try {
    (void)repository::root(std::filesystem::current_path());
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool is_sha(const std::string& text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// What the file says and what the user says must be one commit. Outside of a repository a whole sha is taken as it is.
Commit commit_of(const Run& run, const std::string& wanted) {
  const std::string& said = run.commit.sha;
  const std::string revision = wanted.empty() ? said : wanted;
  if (revision.empty()) throw Error("the file does not say which commit it measured; name it with --commit");
  Commit commit = run.commit;
  if (wanted.empty() && !commit.tree.empty()) return commit;
  if (inside_repository()) {
    commit = repository::resolve(std::filesystem::current_path(), revision);
  } else if (is_sha(revision)) {
    commit.sha = revision;
  } else {
    throw Error("outside of a repository --commit takes a whole sha of 40 lower-case hex digits");
  }
  if (!said.empty() && commit.sha != said)
    throw Error("the file says that it measured commit " + said + ", not " + commit.sha);
  commit.dirty = run.commit.dirty;
  return commit;
}

// Files that do not say when they were measured were written then.
std::string written_at(Context& context, const std::string& name) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(name, error);
  if (error) return context.now();
  const auto system = std::chrono::file_clock::to_sys(time);
  return Context::rfc3339(
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(system)));
}

// Whether it is recorded now and was not before. A known run may differ in when it is said to have begun, nothing else.
bool record_once(db::Store& store, Run& run) {
  const auto known = store.find_run(run.uuid);
  if (known) {
    if (known->commit.sha != run.commit.sha)
      throw Error("these numbers are recorded already, as run " + run.uuid + " of commit " + known->commit.sha +
                  "; one measurement is of one commit");
    run.started_at = known->started_at;
    run.tool = known->tool;
    run.commit = known->commit;
  }
  db::Recording recording;
  recording.run = run;
  recording.summaries = summaries_of(run);
  store.record(recording);
  return !known;
}

std::size_t launches_of(const Run& run) {
  std::size_t most = 0;
  for (const Measurement& measured : run.measurements) most = std::max(most, measured.launches.size());
  return most;
}

documents::Json import_json(const Imported& imported, const std::vector<bool>& is_new) {
  documents::Json document = {{"format", "ratchet.import/1"}, {"adapter", imported.adapter}};
  document["runs"] = documents::Json::array();
  for (std::size_t i = 0; i < imported.runs.size(); ++i) {
    const Run& run = imported.runs[i];
    document["runs"].push_back({{"uuid", run.uuid},
                                {"commit", run.commit.sha},
                                {"device", run.environment->device.name},
                                {"cases", run.measurements.size()},
                                {"launches", launches_of(run)},
                                {"failed", failed_cases(run)},
                                {"new", static_cast<bool>(is_new[i])}});
  }
  document["lacks"] = imported.lacks;
  return document;
}

}  // namespace

void declare_import(po::options_description& options) {
  std::string about = "which format, instead of finding it out:";
  for (const importers::Adapter& adapter : importers::adapters()) about += fmt::format(" {},", adapter.name);
  about.back() = '.';
  options.add_options()("adapter", po::value<std::string>()->value_name("NAME")->default_value("auto"), about.c_str())(
      "commit", po::value<std::string>()->value_name("REV"), "what was measured, where the file does not say it")(
      "device", po::value<std::string>()->value_name("NAME"), "where it was measured, if the file does not say it");
}

int import_files(Context& context, const po::variables_map& values) {
  const std::vector<File> files = read_files(values);
  Imported imported = read_all(files, text_of(values, "adapter"), text_of(values, "device"));
  for (Run& run : imported.runs) {
    run.commit = commit_of(run, text_of(values, "commit"));
    if (run.started_at.empty()) run.started_at = written_at(context, files.front().name);
    if (run.tool.empty() || run.environment->clock_policy.starts_with("imported:"))
      run.tool += fmt::format("{}imported by ratchet {}", run.tool.empty() ? "" : ", ", kVersion);
  }
  std::vector<bool> is_new;
  std::size_t failed = 0;
  for (Run& run : imported.runs) {
    is_new.push_back(record_once(context.store(db::Mode::ReadWrite), run));
    failed += failed_cases(run);
  }
  for (const std::string& lack : imported.lacks) context.log().warn("{}: {}", imported.adapter, lack);
  if (context.json()) context.out() << import_json(imported, is_new).dump(1) << "\n";
  for (std::size_t i = 0; !context.json() && i < imported.runs.size(); ++i) {
    const Run& run = imported.runs[i];
    context.out() << fmt::format(
        "{} run {} of {}: {}, {} ({}) on {}\n", is_new[i] ? "imported" : "known already:", run.uuid,
        run.commit.sha.substr(0, 12), report::count(run.measurements.size(), "case"),
        report::count(launches_of(run), "launch"), imported.adapter, report::printable(run.environment->device.name));
  }
  if (failed > 0)
    context.log().error("{} failed in the tool that measured; they are recorded as failed",
                        report::count(failed, "case"));
  return failed > 0 ? 2 : 0;
}

}  // namespace ratchet::cli
