// The adapters, one a file. A new one is a function here, its file, its row in adapters() and its fixtures.
#pragma once

#include "src/importers/adapter.h"

namespace ratchet::importers {

[[nodiscard]] Adapter csv();
[[nodiscard]] Adapter google_benchmark();
[[nodiscard]] Adapter hyperfine();
[[nodiscard]] Adapter ratchet_run();

}  // namespace ratchet::importers
