#include "src/repository/git.h"

#include <sstream>

#include "ratchet/error.h"

namespace ratchet::repository {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

[[noreturn]] void fail(const std::filesystem::path& inside, const executor::Command& command,
                       const executor::Result& result) {
  if (result.stderr_text.find("not a git repository") != std::string::npos)
    throw Error(inside.string() + " is not inside a git repository; run ratchet in one (`git init` makes one)");
  throw Error("git " + command.argv[3] + " in " + inside.string() + " " + executor::ending(result));
}

std::string ask(const std::filesystem::path& inside, const std::vector<std::string>& arguments) {
  const executor::Command command = git_command(inside, arguments);
  const executor::Result result = executor::run(command);
  if (!result.ok()) fail(inside, command, result);
  return result.stdout_text;
}

void require_plain(const std::string& revision) {
  if (revision.empty()) throw Error("the revision is empty; name a commit, a branch or a tag");
  if (revision.starts_with('-'))
    throw Error("the revision " + revision + " looks like an option; name a commit, a branch or a tag");
}

// The full hash, or a refusal: everything after works on hashes, which mean nothing else to git.
std::string hash_of(const std::filesystem::path& inside, const std::string& revision) {
  require_plain(revision);
  const auto result = executor::run(git_command(inside, {"rev-parse", "--verify", "--quiet", revision + "^{commit}"}));
  if (result.ok()) return first_line(result.stdout_text);
  const std::filesystem::path top = root(inside);  // not a repository at all is another fault
  const std::string what = "no commit is called " + revision + " in " + top.string();
  if (is_shallow(inside))
    throw Error(what +
                ", a shallow clone: fetch the history with `git fetch --unshallow` (actions/checkout: fetch-depth: 0)");
  if (revision == "HEAD") throw Error(what + ": commit something first");
  throw Error(what + "; check the spelling, or `git fetch` it");
}

Commit facts_of(const std::filesystem::path& inside, const std::string& sha) {
  std::istringstream lines(ask(inside, {"show", "--no-patch", "--no-show-signature", "--no-notes", "--encoding=UTF-8",
                                        "--format=%H%n%T%n%P%n%cI%n%s", sha}));
  Commit commit;
  std::string parents;
  std::getline(lines, commit.sha);
  std::getline(lines, commit.tree);
  std::getline(lines, parents);
  std::getline(lines, commit.time);
  std::getline(lines, commit.subject);
  std::istringstream words(parents);
  for (std::string parent; words >> parent;) commit.parents.push_back(parent);
  if (commit.sha != sha || commit.time.empty())
    throw Error("git show " + sha + " did not answer as expected; is git older than 2.14?");
  return commit;
}

bool is_dirty(const std::filesystem::path& top) {
  return !ask(top, {"status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=none", "--", ".",
                    ":(top,exclude).ratchet"})
              .empty();
}

}  // namespace

executor::Command git_command(const std::filesystem::path& inside, const std::vector<std::string>& arguments) {
  executor::Command command;
  command.argv = {"git", "-C", inside.empty() ? "." : inside.string()};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = {"LC_ALL=C",
                         "GIT_TERMINAL_PROMPT=0",
                         "GIT_OPTIONAL_LOCKS=0",  // asking for the status must not make a user's git wait
                         "GIT_FLUSH=0",           // not a write for each line of a log
                         "GIT_DIR",
                         "GIT_WORK_TREE",
                         "GIT_INDEX_FILE",
                         "GIT_PREFIX",
                         "GIT_COMMON_DIR",
                         "GIT_OBJECT_DIRECTORY",
                         "GIT_NAMESPACE"};
  return command;
}

bool is_shallow(const std::filesystem::path& inside) {
  return first_line(ask(inside, {"rev-parse", "--is-shallow-repository"})) == "true";
}

std::filesystem::path root(const std::filesystem::path& inside) {
  return first_line(ask(inside, {"rev-parse", "--show-toplevel"}));
}

Commit head(const std::filesystem::path& inside) {
  Commit commit = resolve(inside, "HEAD");
  commit.dirty = is_dirty(root(inside));
  return commit;
}

Commit resolve(const std::filesystem::path& inside, const std::string& revision) {
  return facts_of(inside, hash_of(inside, revision));
}

std::vector<std::string> first_parent_history(const std::filesystem::path& inside, const std::string& revision,
                                              int limit) {
  const std::string sha = hash_of(inside, revision);
  std::istringstream lines(ask(inside, {"rev-list", "--first-parent", "--max-count=" + std::to_string(limit), sha}));
  std::vector<std::string> history;
  for (std::string line; std::getline(lines, line);) history.push_back(line);
  return history;
}

std::vector<Link> first_parent_line(const std::filesystem::path& inside, const std::string& revision, int limit) {
  require_plain(revision);
  const executor::Command walk =
      git_command(inside, {"log", "--first-parent", "--no-show-signature", "--format=%H %T",
                           "--max-count=" + std::to_string(limit), revision + "^{commit}", "--"});
  const executor::Result walked = executor::run(walk);
  if (!walked.ok()) {
    static_cast<void>(hash_of(inside, revision));  // knows more about a revision that is not there
    fail(inside, walk, walked);
  }
  const std::string& text = walked.stdout_text;
  std::vector<Link> line;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::size_t blank = text.find(' ', begin);
    line.push_back({text.substr(begin, blank - begin), text.substr(blank + 1, end - blank - 1)});
  }
  return line;
}

bool is_ancestor(const std::filesystem::path& inside, const std::string& ancestor, const std::string& descendant) {
  const executor::Command command =
      git_command(inside, {"merge-base", "--is-ancestor", hash_of(inside, ancestor), hash_of(inside, descendant)});
  const executor::Result result = executor::run(command);
  if (!result.ok() && (result.exit_status != 1 || result.signal != 0)) fail(inside, command, result);
  return result.ok();
}

bool knows(const std::filesystem::path& inside, const std::string& sha) {
  require_plain(sha);
  return executor::run(git_command(inside, {"cat-file", "-e", sha + "^{commit}"})).ok();
}

bool is_before(const std::filesystem::path& inside, const std::string& sha, const std::string& descendant) {
  if (knows(inside, sha) && is_ancestor(inside, sha, descendant)) return true;
  if (is_shallow(inside))
    throw Error("a baseline's commit, " + sha.substr(0, 12) +
                ", is beyond the end of this shallow clone: fetch the history with `git fetch --unshallow` "
                "(actions/checkout: fetch-depth: 0)");
  return false;
}

std::optional<std::string> file_at(const std::filesystem::path& inside, const std::string& sha,
                                   const std::string& name) {
  require_plain(sha);
  if (ask(inside, {"ls-tree", "--full-tree", "--name-only", sha, "--", name}).empty()) return std::nullopt;
  return ask(inside, {"show", "--no-textconv", sha + ":" + name});
}

std::optional<Authored> introduced(const std::filesystem::path& inside, const std::string& sha, const std::string& name,
                                   const std::string& text) {
  require_plain(sha);
  std::istringstream lines(ask(inside, {"log", "-1", "--no-show-signature", "--encoding=UTF-8",
                                        "--format=%H%n%an <%ae>", "-S" + text, sha, "--", ":(top)" + name}));
  Authored found;
  if (!std::getline(lines, found.sha) || !std::getline(lines, found.author)) return std::nullopt;
  return found;
}

}  // namespace ratchet::repository
