// Which commit to try next, to find the one that made a case slower. Pure search over what is known; who builds,
// measures and remembers is the caller, so that a search that was interrupted goes on from its record.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace ratchet {

enum class Trial {
  Unknown,
  Good,    // proven not slower than the anchor by the tolerance, or identical
  Bad,     // proven slower
  Skipped  // does not build, does not have the case, or could not be told
};

struct Bisection {
  std::size_t good = 0;             // the newest good commit of those known
  std::size_t bad = 0;              // the oldest bad one after it: the culprit is after `good` and at most `bad`
  std::optional<std::size_t> next;  // to try; none: finished, and what lies between was skipped
};

// Commits oldest first; the first is the anchor and good, the last is bad (Error otherwise). A history that was bad,
// mended and bad again is searched for its newest fall: what explains the last commit. Of the untried commits between
// the one nearest to the middle is next, the older of two.
[[nodiscard]] Bisection bisect(std::span<const Trial> trials);

}  // namespace ratchet
