#include "src/executor/base_build.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "ratchet/error.h"
#include "src/documents/documents.h"
#include "src/executor/artefact.h"
#include "src/executor/handle.h"
#include "src/executor/interrupt.h"
#include "src/executor/process.h"
#include "src/repository/git.h"

namespace ratchet::executor {
namespace {

namespace fs = std::filesystem;

// Held while building: whoever waited finds the modules made, and a worktree found under the lock is a dead process's.
Handle lock(const fs::path& file) {
  Handle handle(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!handle.open()) throw Error("cannot open " + file.string() + ": " + std::strerror(errno));
  while (::flock(handle.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw Error("cannot lock " + file.string() + ": " + std::strerror(errno));
    if (interrupt_signal() != 0) throw Interrupted(interrupt_signal());
  }
  return handle;
}

class Worktree {
 public:
  Worktree(const fs::path& repository, fs::path folder, const std::string& sha)
      : repository_(repository), folder_(std::move(folder)) {
    remove();  // of a process that was killed
    Command add =
        repository::git_command(repository_, {"worktree", "add", "--quiet", "--detach", folder_.string(), sha});
    try {
      const Result result = executor::run(add);
      if (!result.ok()) throw Error("git worktree add " + folder_.string() + " " + ending(result));
    } catch (...) {
      remove();
      throw;
    }
  }
  ~Worktree() { remove(); }
  Worktree(const Worktree&) = delete;
  Worktree& operator=(const Worktree&) = delete;

 private:
  // The folder first, by ourselves: git refuses to remove one that it does not know or that is half made.
  void remove() const noexcept {
    try {
      std::error_code ignored;
      fs::remove_all(folder_, ignored);
      Command prune = repository::git_command(repository_, {"worktree", "prune"});
      prune.uninterruptible = true;
      (void)executor::run(prune);
    } catch (const std::exception&) {
      // The next build prunes again; the fault that brought us here must not be hidden by this one.
    }
  }

  fs::path repository_;
  fs::path folder_;
};

std::string last_lines(const fs::path& log) {
  constexpr std::size_t kMaxLines = 10;
  constexpr std::uintmax_t kMaxBytes = 2000;
  std::ifstream file(log, std::ios::binary);
  const std::uintmax_t size = fs::file_size(log);
  file.seekg(static_cast<std::streamoff>(size - std::min(size, kMaxBytes)));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  while (text.ends_with('\n')) text.pop_back();
  std::size_t start = text.size();
  for (std::size_t i = 0; i < kMaxLines && start != std::string::npos && start > 0; ++i)
    start = text.rfind('\n', start - 1);
  return start == std::string::npos ? "\n" + text : text.substr(start);
}

void build(const repository::Config& config, const Commit& commit, const fs::path& worktree, const fs::path& log) {
  Command command;
  command.argv = {"sh", "-c", "exec >\"$0\" 2>&1\n" + config.build, log.string()};
  command.cwd = worktree;
  command.environment = repository::git_command(worktree, {}).environment;
  std::erase(command.environment, "LC_ALL=C");
  command.environment.insert(command.environment.end(), kSecrets.begin(), kSecrets.end());
  const Result result = executor::run(command);
  if (!result.ok())
    throw Error("building " + commit.sha.substr(0, 12) + " with \"" + config.build + "\" " + ending(result) + "; see " +
                log.string() + ", which ends with:" + last_lines(log));
}

std::string artefact_name(const repository::CommandSuite& suite) { return "commands/" + suite.name + ".tar"; }

// What an entry was made with.
std::string recipe_of(const repository::Config& config) {
  std::string recipe = config.build;
  for (const repository::CommandSuite& suite : config.commands) recipe += "\n" + manifest_of(suite);
  return recipe;
}

std::vector<std::string> kept_files(const repository::Config& config) {
  std::vector<std::string> files = config.modules;
  for (const repository::CommandSuite& suite : config.commands) files.push_back(artefact_name(suite));
  return files;
}

// What is not built here either, such as a module for CUDA where there is no nvcc, has nothing to be measured beside.
bool is_wanted(const repository::Config& config, const std::string& module) {
  return fs::is_regular_file(config.root / module);
}

// What was made with which recipe; a module that is listed since then is missing, and makes the entry stale.
bool is_complete(const fs::path& entry, const repository::Config& config) {
  std::vector<std::string> files = kept_files(config);
  std::erase_if(files, [&](const std::string& file) {
    return std::find(config.modules.begin(), config.modules.end(), file) != config.modules.end() &&
           !is_wanted(config, file);
  });
  const auto is_there = [&entry](const std::string& module) { return fs::is_regular_file(entry / module); };
  return fs::is_regular_file(entry / ".build") && documents::read_file(entry / ".build") == recipe_of(config) &&
         std::all_of(files.begin(), files.end(), is_there);
}

void keep_modules(const repository::Config& config, const Commit& commit, const fs::path& from, const fs::path& entry) {
  const fs::path partial = entry.string() + ".partial";
  fs::remove_all(partial);
  fs::create_directories(partial);
  for (const std::string& module : config.modules) {
    if (!fs::is_regular_file(from / module) && !is_wanted(config, module)) continue;
    if (!fs::is_regular_file(from / module))
      throw Error("building " + commit.sha.substr(0, 12) + " with \"" + config.build + "\" did not make " + module +
                  "; compare \"modules\" with where that revision's build puts them (" + entry.string() + ".log)");
    fs::create_directories((partial / module).parent_path());
    // Synced before the entry counts as complete: after a power cut half a module would pass for a baseline's.
    documents::replace_file(partial / module, documents::read_file(from / module));
  }
  if (!config.commands.empty()) fs::create_directories(partial / "commands");
  for (const repository::CommandSuite& suite : config.commands) pack(suite, from, partial / artefact_name(suite));
  documents::replace_file(partial / ".build", recipe_of(config));
  fs::remove_all(entry);
  fs::rename(partial, entry);
}

BaseBuild base_build(const repository::Config& config, const std::string& revision, const fs::path& builds) {
  BaseBuild base;
  base.commit = repository::resolve(config.root, revision);
  const fs::path entry = builds / base.commit.tree;
  for (const std::string& file : kept_files(config)) base.modules.push_back(entry / file);
  fs::create_directories(builds);
  const Handle held = lock(builds / "lock");
  base.cached = is_complete(entry, config);
  if (base.cached) return base;

  const fs::path top = repository::root(config.root);
  const Worktree worktree(top, builds / "worktree", base.commit.sha);
  const fs::path folder = builds / "worktree" / fs::relative(config.root, top);
  if (!config.build.empty()) build(config, base.commit, folder, entry.string() + ".log");
  keep_modules(config, base.commit, folder, entry);
  return base;
}

}  // namespace

bool can_build(const repository::Config& config) {
  return !config.modules.empty() ? !config.build.empty() : !config.commands.empty();
}

BaseBuild build_base(const repository::Config& config, const std::string& revision, const fs::path& db_folder) {
  if (!can_build(config))
    throw Error("to build " + revision +
                ", ratchet.json must have \"build\" (a command) and \"modules\" (what it makes), or \"commands\"");
  try {
    return base_build(config, revision, fs::absolute(db_folder) / "builds");
  } catch (const fs::filesystem_error& fault) {
    throw Error("cannot keep the modules of " + revision + ": " + fault.what());
  }
}

}  // namespace ratchet::executor
