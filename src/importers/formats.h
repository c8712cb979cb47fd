// The adapters, one a file. A new one is a function here, its file, its row in adapters() and its fixtures.
#pragma once

#include "src/importers/adapter.h"

namespace ratchet::importers {

[[nodiscard]] Adapter bencher();
[[nodiscard]] Adapter catch2();
[[nodiscard]] Adapter criterion();
[[nodiscard]] Adapter csv();
[[nodiscard]] Adapter go_text();
[[nodiscard]] Adapter google_benchmark();
[[nodiscard]] Adapter hyperfine();
[[nodiscard]] Adapter jmh();
[[nodiscard]] Adapter nvbench();
[[nodiscard]] Adapter pytest_benchmark();
[[nodiscard]] Adapter ratchet_run();

}  // namespace ratchet::importers
