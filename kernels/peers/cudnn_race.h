// Which of several plans to keep: each is timed in turn, round after round, and a later one must win clearly.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace ratchet::kernels::cudnn {

// A plan takes over from the one before it only when it is faster by more than this. Two processes, or the two sides of
// a duet, then choose differently only where a plan's lead is within the noise of the race (some 0.3 %) of exactly this
// much; with plain "fastest wins" they would wherever two plans are about as fast, and the difference would look like a
// change of the code.
inline constexpr double kLead = 0.05;

// times[plan][round]. The index of the plan to keep: plans in cuDNN's order, the first where none leads clearly. Leads
// are medians of the ratios within a round.
[[nodiscard]] std::size_t winner(const std::vector<std::vector<double>>& times);

// Runs the plans on the stream (a cudaStream_t) and waits for it. calls[plan] enqueues one call.
[[nodiscard]] std::vector<std::vector<double>> race_ns(const std::vector<std::function<void()>>& calls, void* stream);

}  // namespace ratchet::kernels::cudnn
