// What was measured between a baseline and a commit that failed beside it. A drift of many small steps fails at some
// commit, and without this list that one, the last straw, would be blamed for the load.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/statistics.h"

namespace ratchet {

struct AnchoredChange;

struct LedgerEntry {
  std::string commit;  // sha
  bool dirty = false;  // the commit with changes; only the candidate can be
  std::string subject;
  double change = 0;  // to the baseline
  Interval change_ci;
  // To the entry before, (1 + change) / (1 + change before) - 1; none of the first. Both were measured in sessions of
  // their own: its error is about that of both changes together.
  std::optional<double> step;
  // First-parent commits that the step is of, from the entry before, or from the baseline, to this one: 1 when all of
  // it is this commit's. 0: unknown, because the baseline is not on the line.
  std::size_t commits = 0;
};

struct Ledger {
  std::string baseline;  // sha of the anchor
  // Commits of the candidate's first-parent line after the baseline and before the candidate; none when the baseline is
  // not on the line, or lies beyond the end of a shallow clone.
  std::optional<std::size_t> commits_between;
  std::size_t left_out_dirty = 0;    // measurements beside this baseline, of work trees with changes
  std::size_t left_out_beside = 0;   // ... of commits that are not between
  std::vector<LedgerEntry> entries;  // oldest first; the last one is the candidate
};

// The commit that failed and what it measured beside the baseline `baseline` (a sha).
struct LedgerCandidate {
  Commit commit;
  std::string baseline;
  double change = 0;
  Interval change_ci;
};

// `measured`: credible measurements of the case, oldest first, of any baseline; those beside another one are ignored.
// `line`: the first-parent history of the candidate's commit, newest first. Of several measurements of a commit the
// newest counts, and of the candidate's commit only the candidate's.
[[nodiscard]] Ledger ledger_of(const LedgerCandidate& candidate, std::span<const AnchoredChange> measured,
                               std::span<const std::string> line);

}  // namespace ratchet
