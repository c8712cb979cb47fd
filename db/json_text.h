// The columns that hold JSON text: lists and nested facts that no query ever asks about. Written and read only here.
#pragma once

#include <string>
#include <vector>

#include "db/records.h"

namespace ratchet::db {

[[nodiscard]] bool is_json(const std::string& text);

[[nodiscard]] std::string telemetry_text(const std::vector<Telemetry>& telemetry);
[[nodiscard]] std::vector<Telemetry> telemetry_from(const std::string& text);

// "" for an empty list, as most of them are.
[[nodiscard]] std::string warnings_text(const std::vector<std::string>& warnings);
[[nodiscard]] std::vector<std::string> warnings_from(const std::string& text);
[[nodiscard]] std::string failures_text(const std::vector<Failure>& failures);
[[nodiscard]] std::vector<Failure> failures_from(const std::string& text);

// Both sides' label, commit and module of a duet.
[[nodiscard]] std::string sides_text(const Duet& duet);
void read_sides(const std::string& text, Duet& duet);

// Everything of a duet's case but its samples.
[[nodiscard]] std::string facts_text(const DuetCase& which);
[[nodiscard]] DuetCase facts_from(const std::string& text);
// The clocks in such a text, into the case's launches, which must be there.
void read_clocks(const std::string& text, DuetCase& of);

// What a move of another database is called in our audit: all that names it outside of that file.
[[nodiscard]] std::string move_text(const BaselineMove& move);

[[nodiscard]] std::string environment_text(const Environment& environment);

// All that the store promises to keep, in one comparable text: equal texts are equal contents. Of a commit only what
// names it counts, since its subject, time and parents follow from the sha and may be absent in a shallow clone.
[[nodiscard]] std::string content(const Run& run);
[[nodiscard]] std::string content(const VerdictRecord& verdict);

}  // namespace ratchet::db
