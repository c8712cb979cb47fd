// What a launch will measure: which cases of its modules were asked for, which of them can be compared, and which take
// turns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ratchet/run.h"
#include "src/bench/options.h"

namespace ratchet::bench {

// The warnings of cases that a duet cannot measure. Other programs read these texts.
inline constexpr const char* kOnlyInBaseline = "only in the baseline";
inline constexpr const char* kOnlyInCandidate = "only in the candidate";
inline constexpr const char* kDefinitionChanged = "definition changed";

// `*` stands for any text, `?` for one character; the whole id must match.
[[nodiscard]] bool matches(std::string_view glob, std::string_view id);

// The last handicap whose glob matches; 0 without one.
[[nodiscard]] double handicap_percent(const Options& options, const std::string& id);

// Selected ids: those of the file in its order, then what the globs select; an id of the file that no module has, or a
// glob that selects nothing, is an Error.
[[nodiscard]] std::vector<std::string> selected_ids(const Options& options, const std::vector<std::string>& ids);

// All selected cases, in the file's order or the candidate's, then those that only the baseline has. A case with a warning is not to
// be measured. In a run `baseline` is empty and nothing is missed on that side; an id of two modules is an Error.
[[nodiscard]] std::vector<DuetCase> plan(const Options& options, const std::vector<CaseFacts>& baseline,
                                         const std::vector<CaseFacts>& candidate);

// Indices of `cases` that are measured together, each once: the groups of the case file; all others alone.
[[nodiscard]] std::vector<std::vector<std::size_t>> groups_of(const Options& options,
                                                              const std::vector<DuetCase>& cases);

}  // namespace ratchet::bench
