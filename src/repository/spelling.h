// Finds the word that a user probably meant, for messages about unknown keys and names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ratchet::repository {

// Levenshtein's distance: the fewest insertions, deletions and replacements of one character that turn a into b.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The word closest to `word`, the first of equals; "" when none is close: more than a third of its characters differ.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& words);

// The at most three closest words, closest first, with the same limit.
[[nodiscard]] std::vector<std::string> nearest_few(std::string_view word, const std::vector<std::string>& words);

}  // namespace ratchet::repository
