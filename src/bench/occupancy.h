// Who else uses the device when a launch begins. A launch follows another within a fraction of a second, and drivers
// report use as an average over about as long: what the launch before has left in that average must not count.
#pragma once

#include <functional>
#include <optional>

namespace ratchet::bench {

// Process ids lie inside containers, so processes are counted and not named.
struct Occupancy {
  std::optional<unsigned> processes;
  std::optional<unsigned> busy_percent;  // over the last fraction of a second, by everyone
};

// Looks once where nobody else is on the device, and then it is idle, whatever the average still says. Else looks again
// after each pause, kLooks times at most, until the use has faded away.
constexpr int kLooks = 15;
constexpr unsigned kIdlePercent = 5;
[[nodiscard]] Occupancy settled_occupancy(const std::function<Occupancy()>& look, const std::function<void()>& pause);

}  // namespace ratchet::bench
