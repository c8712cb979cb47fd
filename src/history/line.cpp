#include "src/history/line.h"

#include <future>
#include <utility>

#include "src/repository/git.h"

namespace ratchet::history {

std::optional<std::size_t> Line::place_of(const Commit& commit) const {
  if (const auto own = age.find(commit.sha); own != age.end()) return own->second;
  const auto same = commit.dirty ? trees.end() : trees.find(commit.tree);
  return same == trees.end() ? std::nullopt : std::optional(same->second);
}

const std::string& Line::sha_of(const Commit& commit) const {
  const auto place = place_of(commit);
  return place ? newest_first[*place] : commit.sha;
}

Line line_of(const std::filesystem::path& inside, const std::string& revision) {
  Line line;
  std::future<bool> shallow = std::async(std::launch::async, [&] { return repository::is_shallow(inside); });
  for (repository::Link& link : repository::first_parent_line(inside, revision, kLineLimit)) {
    line.trees.try_emplace(std::move(link.tree), line.newest_first.size());
    line.newest_first.push_back(std::move(link.sha));
  }
  line.age.reserve(line.newest_first.size());
  for (std::size_t i = 0; i < line.newest_first.size(); ++i) line.age.try_emplace(line.newest_first[i], i);
  line.cut_off = shallow.get();
  return line;
}

}  // namespace ratchet::history
