// The host's own processor as a device: plain memory, the shared thread pool, and the monotonic clock around each
// batch. It is what machines without a GPU are measured with, and what the tests of the host run on.
#pragma once

#include "src/bench/device.h"
#include "src/bench/thread_pool.h"

namespace ratchet::bench {

class CpuDevice : public Device {
 public:
  explicit CpuDevice(unsigned threads) : pool_(threads) {}

  [[nodiscard]] Environment environment() override;
  [[nodiscard]] double timer_tick_ns() override;
  [[nodiscard]] Sentinels sentinels() override;
  void note_others() override;
  [[nodiscard]] Telemetry telemetry(Energy energy) override;
  void enqueue_nothing() override {}
  [[nodiscard]] double shortest_interval_ns() const override {
    return 1e6;
  }  // 1 ms: a preemption is then no catastrophe
  [[nodiscard]] double steady_tolerance() const override { return 0.02; }
  [[nodiscard]] ratchet_call lend() override;
  [[nodiscard]] void* allocate(std::uint64_t bytes) override;
  void release(void* memory) noexcept override;
  void fill(const ratchet_buffer& buffer, void* memory) override;
  [[nodiscard]] std::uint64_t checksum(const void* memory, std::uint64_t bytes) override;
  [[nodiscard]] OutputErrors compare(const ratchet_buffer& buffer, const void* output,
                                             const double* expected) override;
  void finish() override {}
  [[nodiscard]] std::uint64_t used_bytes() override { return 0; }
  [[nodiscard]] bool usable() noexcept override { return true; }
  // Always throws: of a call on a CPU nothing can be seen but its effects.
  [[nodiscard]] CallGraph call_graph(PreparedCase& side) override;
  // The last level is shared, with other processes too, and its size is a guess: it is flushed.
  [[nodiscard]] std::uint64_t eviction_bytes() const override { return 0; }
  [[nodiscard]] std::unique_ptr<Timer> timer(std::span<const Rotation> sides, TimerSettings settings) override;

 private:
  ThreadPool pool_;
  double busy_percent_ = 0;
};

// How the system chooses the clock of the first processor: "performance", "schedutil"; "" where it does not tell.
[[nodiscard]] std::string cpu_governor();

// What both devices say about the machine around them.
[[nodiscard]] std::string cpu_model();
[[nodiscard]] std::string operating_system();  // as `uname -sr`

}  // namespace ratchet::bench
