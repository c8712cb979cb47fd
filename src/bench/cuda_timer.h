// Rounds on a GPU. The batch of each side is captured into a CUDA graph once; chunks of rounds are queued behind a
// kernel that holds the stream back, so that the GPU never waits for the host within an interval; events around each
// graph launch are read after the whole chunk has run, and so are notes of the SM's cycle counter around the events.
#pragma once

#include <array>
#include <optional>

#include "src/bench/clock_count.h"
#include "src/bench/cuda_context.h"
#include "src/bench/device.h"

namespace ratchet::bench {

class CudaTimer final : public Timer {
 public:
  CudaTimer(CudaContext& context, std::span<const Rotation> sides, TimerSettings settings);

  [[nodiscard]] std::uint64_t batch() const override { return settings_.batch; }
  [[nodiscard]] Block rounds(std::span<const std::uint8_t> first) override;
  void once(std::size_t side) override;
  void plant(double percent) override;
  [[nodiscard]] std::string work(std::size_t side) const override { return graphs_.empty() ? "" : work_[side]; }
  [[nodiscard]] std::vector<std::string> warnings() const override;

 private:
  [[nodiscard]] CudaGraphExec capture(std::size_t side);
  void enqueue_batch(std::size_t side);
  void enqueue_flush();
  void enqueue_stamp(std::size_t index);
  [[nodiscard]] std::optional<std::vector<Round>> chunk(std::span<const std::uint8_t> first);
  [[nodiscard]] std::vector<Round> read_chunk(std::span<const std::uint8_t> first);
  [[nodiscard]] double candidate_interval_ns();
  void set_delay(std::uint64_t cycles);

  CudaContext& context_;
  std::vector<Rotation> sides_;
  TimerSettings settings_;
  std::vector<CudaGraphExec> graphs_;  // one a side, or none when the work cannot be captured
  std::vector<std::string> work_;      // of one call, a text a side that was captured
  std::vector<CudaEvent> events_;      // start and stop of each interval of a chunk
  CudaMemory stamps_;                  // cycles and ns, before and after each interval of a chunk
  std::array<ClockCount, 2> clocks_;   // of each side, since rounds() began
  CudaMemory delays_;                  // cycles at the end of each side's interval
  CudaMemory flush_;                   // twice the L2 to write, and twice to read
  bool waited_ = false;                // an interval in which the device may have waited for the host
};

}  // namespace ratchet::bench
