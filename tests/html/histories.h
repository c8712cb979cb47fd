// Histories made up for the tests of the page: the same bytes on every machine.
#pragma once

#include "src/documents/history_document.h"

namespace histories {

// Cases with everything that a picture can show: accepted slowdowns, advances, change points, other environments,
// samples of two runs and a calibration.
[[nodiscard]] ratchet::documents::HistoryDocument full(std::size_t cases, std::size_t commits);
[[nodiscard]] ratchet::documents::HistoryDocument empty();
[[nodiscard]] ratchet::documents::HistoryDocument single();
// Every text that a person or another program can choose is an attack.
[[nodiscard]] ratchet::documents::HistoryDocument hostile();

}  // namespace histories
