#include "src/repository/spelling.h"

#include <algorithm>
#include <numeric>

namespace ratchet::repository {

// Wagner and Fischer's table, one row at a time: row[j] is the distance of the first i characters of a from the first j
// of b.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, (word.size() + 2) / 3) + 1;
  for (const std::string& candidate : words) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::vector<std::string> nearest_few(std::string_view word, const std::vector<std::string>& words) {
  constexpr std::size_t kFew = 3;
  std::vector<std::string> left = words;
  std::vector<std::string> few;
  for (std::string next; few.size() < kFew && !(next = nearest(word, left)).empty();) {
    std::erase(left, next);
    few.push_back(std::move(next));
  }
  return few;
}

}  // namespace ratchet::repository
