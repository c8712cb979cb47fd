// A run of the whole suite, with progress on stderr, signed and ready to be recorded.
#pragma once

#include <cstddef>

#include "src/cli/suite.h"

namespace ratchet::cli {

[[nodiscard]] Run measure_suite(Context& context, const Suite& suite, std::size_t launches,
                                const executor::Settings& settings, const Commit& commit);

// Cases that failed or gave no samples; those that are unavailable here did not fail.
[[nodiscard]] std::size_t failed_cases(const Run& run);

// Measured, and nothing speaks against its answers. A program that prints numbers vouches for its own, by its exit status.
[[nodiscard]] bool is_sound(const Measurement& measured);

// Whether the machine lacks what each case needs. Such a run measured nothing, which is no success.
[[nodiscard]] bool all_unavailable(const Run& run);

}  // namespace ratchet::cli
