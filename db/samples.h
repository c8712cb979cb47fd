// Raw samples as one blob: lossless to the last bit, checksummed, and small where the timer ticks in whole units. The
// bytes are described in db/schema.md. A blob that is not whole is an error, never a shorter list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ratchet/run.h"

namespace ratchet::db {

using Launches = std::vector<std::vector<double>>;  // [launch][sample]

// batch: the calls in one timed interval. A sample that is a whole number of timer units divided by it packs into one
// to three bytes; anything else is stored as it is in eight.
[[nodiscard]] std::vector<std::byte> encode(const Launches& launches, std::uint64_t batch);

// Throws ratchet::Error when the blob is truncated, changed, or of an encoding that this program does not know.
[[nodiscard]] Launches decode(std::span<const std::byte> blob);

// Both sides of a round lie in one blob, as the lists baseline, candidate, baseline, ... of its launches. `what` names
// the blob in errors.
[[nodiscard]] std::vector<std::byte> encode_duet(const std::vector<DuetLaunch>& launches, std::uint64_t batch);
[[nodiscard]] std::vector<DuetLaunch> decode_duet(const std::string& what, std::span<const std::byte> blob);

}  // namespace ratchet::db
