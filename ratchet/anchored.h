// Commits measured beside a baseline: the readings that a slow drift is found in, because each is against the same
// fixed anchor and none against its neighbour. Recorded duets come in the order in which they were made; history needs
// them in the order of the commits, one a commit.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/statistics.h"
#include "ratchet/verdict.h"

namespace ratchet {

// What one recorded duet said of one case.
struct AnchoredChange {
  std::string verdict_uuid;
  std::string made_at;   // RFC 3339
  Commit candidate;      // without parents; sha empty: unknown
  std::string baseline;  // sha of the anchor; "" when unknown
  double change = 0;     // candidate / baseline - 1 in latency
  Interval change_ci;
  Verdict verdict = Verdict::Inconclusive;
  std::size_t launches = 0;
  std::vector<Telemetry> telemetry;  // of the duet
  std::string device_kind;           // "cpu" or "cuda"
};

// A measurement that nobody has to explain: not implausible, from a device that was fit.
[[nodiscard]] bool is_credible(const AnchoredChange& measured);

struct CommitOrder {
  std::vector<AnchoredChange> changes;  // in the order of the commits, oldest first
  std::size_t dirty = 0;                // measurements of work trees with changes: they belong to no commit
  std::size_t beside = 0;               // measurements of commits that are not on the line, or came before their anchor
};

// `measured` oldest first as it was made; of several measurements of a commit the newest counts. `line` holds the shas
// of a first-parent history, newest first. Who measures an old commit again does it beside the baseline of today: where
// that is later on the line than the commit, it is left out, for it would tear the history of its own baseline apart.
[[nodiscard]] CommitOrder in_commit_order(std::span<const AnchoredChange> measured, std::span<const std::string> line);

}  // namespace ratchet
