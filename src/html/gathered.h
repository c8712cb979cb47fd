// From the store to the document of the page: every case on every device model, in the order of one line of history.
#pragma once

#include <string>

#include "db/store.h"
#include "ratchet/policy.h"
#include "src/documents/history_document.h"
#include "src/history/line.h"

namespace ratchet::html {

// Series, commits, runs, environments and calibrations; the caller says who wrote it, and when. Reads the summaries,
// never the samples.
[[nodiscard]] documents::HistoryDocument gathered(db::Store& store, const history::Line& line, const Policy& policy);

// Puts the samples of a run in, for the distribution view. Error for a run that the document does not hold.
void add_samples(documents::HistoryDocument& document, const Run& run);

}  // namespace ratchet::html
