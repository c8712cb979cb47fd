// What the measuring process says, read by its supervisor. That process runs anybody's code, so a text counts as an answer only
// where it is one to what was asked. What is none throws Error.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ratchet/duet.h"
#include "src/documents/documents.h"

namespace ratchet::bench {

// A run's or a duet's document: of exactly these cases, in this order, with an environment.
[[nodiscard]] Duet answer_of(std::string_view text, bool duet, const std::vector<std::string>& asked);
[[nodiscard]] documents::CallComparison comparison_of(std::string_view text, const std::string& asked);
// The description of a module, with an environment.
[[nodiscard]] documents::ModuleDescription module_of(std::string_view text);
// The number of cases that a step is about, 1 to `most`; nothing where the text is no such number.
[[nodiscard]] std::optional<std::size_t> entrants_of(std::string_view text, std::size_t most);

}  // namespace ratchet::bench
