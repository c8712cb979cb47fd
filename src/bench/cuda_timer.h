// Rounds on a GPU. The batch of each side is captured into a CUDA graph once; chunks of rounds are queued behind a
// kernel that holds the stream back, so that the GPU never waits for the host within an interval; events around each
// graph launch are read after the whole chunk has run.
#pragma once

#include <optional>

#include "src/bench/cuda_context.h"
#include "src/bench/device.h"

namespace ratchet::bench {

class CudaTimer final : public Timer {
 public:
  CudaTimer(CudaContext& context, std::span<PreparedCase* const> sides, TimerSettings settings);

  [[nodiscard]] std::uint64_t batch() const override { return settings_.batch; }
  [[nodiscard]] std::vector<Round> rounds(std::span<const std::uint8_t> first) override;
  void once(std::size_t side) override;
  void plant(double percent) override;
  [[nodiscard]] std::vector<std::string> warnings() const override;

 private:
  [[nodiscard]] CudaGraphExec capture(std::size_t side);
  void enqueue_batch(std::size_t side);
  void enqueue_flush();
  [[nodiscard]] std::optional<std::vector<Round>> chunk(std::span<const std::uint8_t> first);
  [[nodiscard]] double candidate_interval_ns();
  void set_delay(std::uint64_t cycles);

  CudaContext& context_;
  std::vector<PreparedCase*> sides_;
  TimerSettings settings_;
  std::vector<CudaGraphExec> graphs_;  // one a side, or none when the work cannot be captured
  std::vector<CudaEvent> events_;      // start and stop of each interval of a chunk
  CudaMemory delays_;                  // cycles at the end of each side's interval
  CudaMemory flush_;                   // twice the L2 to write, and twice to read
  bool waited_ = false;                // an interval in which the device may have waited for the host
};

}  // namespace ratchet::bench
