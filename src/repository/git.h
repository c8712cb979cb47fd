// Facts about the repository, asked from the git program: its formats and its safety checks stay its own business.
// Nothing here changes the repository. `inside` is any folder of the work tree.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "src/executor/process.h"

namespace ratchet::repository {

// The top folder of the work tree. Error when there is none.
[[nodiscard]] std::filesystem::path root(const std::filesystem::path& inside);

// HEAD, and whether anything differs from it: changed tracked files, or files neither tracked nor ignored. The folder
// .ratchet at the root is ours and does not count.
[[nodiscard]] Commit head(const std::filesystem::path& inside);

// Any revision that git understands; dirty is false. Error names the revision, with the remedy for shallow clones.
[[nodiscard]] Commit resolve(const std::filesystem::path& inside, const std::string& revision);

// The commit and its first parents, newest first, at most `limit`. Ends early in a shallow clone.
[[nodiscard]] std::vector<std::string> first_parent_history(const std::filesystem::path& inside,
                                                            const std::string& revision, int limit);

// The same with the trees: commits of one tree hold the same code.
struct Link {
  std::string sha;
  std::string tree;
};
[[nodiscard]] std::vector<Link> first_parent_line(const std::filesystem::path& inside, const std::string& revision,
                                                  int limit);

[[nodiscard]] bool is_shallow(const std::filesystem::path& inside);

// A commit is an ancestor of itself. In a shallow clone a "no" may only mean that history is cut off.
[[nodiscard]] bool is_ancestor(const std::filesystem::path& inside, const std::string& ancestor,
                               const std::string& descendant);

// Whether the clone has this commit.
[[nodiscard]] bool knows(const std::filesystem::path& inside, const std::string& sha);

// Like is_ancestor, for a commit that may be unknown here: then it is not before. Error in a shallow clone unless the
// answer is yes, since what came before is cut off there.
[[nodiscard]] bool is_before(const std::filesystem::path& inside, const std::string& sha,
                             const std::string& descendant);

// A file as it is in a commit; none when the commit does not have it. `name` is relative to the top folder.
[[nodiscard]] std::optional<std::string> file_at(const std::filesystem::path& inside, const std::string& sha,
                                                 const std::string& name);

// The newest commit up to `sha` after which `name` holds `text` more or less often than before: who put it there.
struct Authored {
  std::string sha;
  std::string author;  // "name <mail>"
};
[[nodiscard]] std::optional<Authored> introduced(const std::filesystem::path& inside, const std::string& sha,
                                                 const std::string& name, const std::string& text);

// `git -C inside arguments...` in the C locale and without prompts, undisturbed by the GIT_* variables that hooks set.
[[nodiscard]] executor::Command git_command(const std::filesystem::path& inside,
                                            const std::vector<std::string>& arguments);

}  // namespace ratchet::repository
