// The arithmetic of one launch: order of rounds, calls in an interval, when warm-up may end, and how long a planted
// delay is. It is kept apart from clocks and devices so that it can be tested exactly; nothing here measures or waits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ratchet::bench {

// More calls in one interval would hide what a single slow call looks like, and graphs of more nodes cost seconds to
// build.
constexpr std::uint64_t kMaximalBatch = 10'000;

// Which side (0 or 1) goes first in each round. Rounds 2k and 2k+1 are opposite (ABBA), so that linear drift cancels;
// which of them comes first is drawn from the seed, so that a periodic disturbance cannot follow the order.
[[nodiscard]] std::vector<std::uint8_t> round_order(std::uint64_t rounds, std::uint64_t seed);

// In which order `sides` sides are loaded and prepared: by turns from launch to launch, since what is done first gets
// other memory, and on a CPU other times, than what is done second.
[[nodiscard]] std::vector<std::size_t> side_order(std::size_t sides, std::uint64_t launch);

// In which order `cases` cases that take turns are measured in a round. Rounds 2k and 2k+1 are mirror images, so that
// linear drift cancels. Over 2 * cases rounds each case goes first twice and follows every other equally often (Williams,
// Aust. J. Sci. Res. A 2 (1949) 149): what a case leaves behind, heat or a cache, is no neighbour's alone. Which order
// comes when is drawn from the seed.
[[nodiscard]] std::vector<std::size_t> turns(std::size_t cases, std::uint64_t round, std::uint64_t seed);

// The shortest interval in which one tick of the timer is at most 0.1 % and its own fixed cost at most 1 %, and not
// below the device's minimum.
[[nodiscard]] double wanted_interval_ns(double tick_ns, double overhead_ns, double shortest_ns);

// Calls per interval, after `batch` calls took interval_ns. The same number comes back once the interval is long enough
// or the batch is the largest allowed.
[[nodiscard]] std::uint64_t next_batch(std::uint64_t batch, double interval_ns, double wanted_ns);

// Sets of buffers through which the calls of a cold case walk, so that those of a set have left a cache when its turn
// comes again: `eviction_bytes` pass in between. 1 where one set is so large that it evicts itself, 0 where the sets
// would be too many or eviction_bytes is 0: the cache is then emptied before every call.
constexpr std::uint64_t kMaximalSets = 64;
[[nodiscard]] std::uint64_t rotation_sets(std::uint64_t set_bytes, std::uint64_t eviction_bytes);

// Whether the last five block medians lie within `tolerance` of each other, relative to their median.
[[nodiscard]] bool steady(std::span<const double> block_medians, double tolerance);

// Middle value, the mean of the middle two when even; 0 of nothing.
[[nodiscard]] double median(std::vector<double> values);

// The step of a timer, seen from many readings: the smallest gap between distinct values; 0 if they are all equal.
// Gaps below a quarter of a nanosecond are rounding of the reading, not steps.
[[nodiscard]] double smallest_step(std::vector<double> values);

// Delay in cycles that adds wanted_ns to an interval, after trial_cycles were seen to add trial_ns. 0 if nothing was
// added.
[[nodiscard]] std::uint64_t delay_cycles(double wanted_ns, std::uint64_t trial_cycles, double trial_ns);

}  // namespace ratchet::bench
