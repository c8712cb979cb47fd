#include "src/history/line.h"

#include <future>

#include "src/repository/git.h"

namespace ratchet::history {

std::optional<std::string> Line::place_of(const Commit& commit) const {
  if (age.contains(commit.sha)) return commit.sha;
  const auto same = commit.dirty ? trees.end() : trees.find(commit.tree);
  return same == trees.end() ? std::nullopt : std::optional(same->second);
}

Line line_of(const std::filesystem::path& inside, const std::string& revision) {
  Line line;
  std::future<bool> shallow = std::async(std::launch::async, [&] { return repository::is_shallow(inside); });
  for (const repository::Link& link : repository::first_parent_line(inside, revision, kLineLimit)) {
    line.age.try_emplace(link.sha, line.newest_first.size());
    line.newest_first.push_back(link.sha);
    line.trees.try_emplace(link.tree, link.sha);
  }
  line.cut_off = shallow.get();
  return line;
}

}  // namespace ratchet::history
