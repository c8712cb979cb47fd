// The first-parent line of a branch: the order in which history is read. Not by date: rebased and clock-skewed commits
// lie about time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ratchet/run.h"

namespace ratchet::history {

// Enough for decades of merges; the walk costs about a millisecond per thousand.
inline constexpr int kLineLimit = 100'000;

struct Line {
  Line() = default;
  Line(Line&&) = default;  // no copy: `age` looks into newest_first
  Line& operator=(Line&&) = default;

  std::vector<std::string> newest_first;                  // shas; empty: no order is asked for
  std::unordered_map<std::string_view, std::size_t> age;  // by sha; 0 is the newest
  std::unordered_map<std::string, std::size_t> trees;     // tree -> the age of the newest commit with it
  bool cut_off = false;                                   // a shallow clone: what came before is not known here

  // The age of the commit of the line that a measured commit stands for: itself, or, when it is clean, the one with its
  // tree. A pull request was measured as the merge that GitHub tried, and main got the same code as another commit.
  [[nodiscard]] std::optional<std::size_t> place_of(const Commit& commit) const;
  // The sha of that one; its own where it has no place.
  [[nodiscard]] const std::string& sha_of(const Commit& commit) const;
};

// Error for a revision that git does not know.
[[nodiscard]] Line line_of(const std::filesystem::path& inside, const std::string& revision);

}  // namespace ratchet::history
