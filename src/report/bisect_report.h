// What a bisection found, as text and JSON ("ratchet.bisect/1", src/documents/formats.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ratchet/bisection.h"
#include "ratchet/run.h"
#include "src/report/table.h"

namespace ratchet::report {

struct Tried {
  Commit commit;
  Trial trial = Trial::Unknown;
  std::optional<double> change;  // against the good commit, in latency
  bool recorded = false;         // known from before, not measured now
  std::string why;               // of a skipped one
};

struct Bisected {
  std::string case_id;
  std::string device_name;
  std::vector<Tried> commits;  // oldest first; the first is the good one
  Bisection end;
};

[[nodiscard]] std::string bisect_text(const Bisected& bisected, const Paint& paint);
[[nodiscard]] std::string bisect_json(const Bisected& bisected);

}  // namespace ratchet::report
