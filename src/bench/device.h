// What the measuring host needs from a device: memory with known contents, judgement of outputs, and timed rounds. Two
// devices exist (cpu_device, cuda_device); tests put one with planned times in their place. One thread uses a Device.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/module.h"
#include "ratchet/error.h"
#include "ratchet/run.h"
#include "src/bench/call_graph.h"
#include "src/bench/judge.h"
#include "src/bench/prepared_case.h"

namespace ratchet::bench {

// Intervals of one round in whole ns, [side]; a run has only side 0.
using Round = std::array<std::int64_t, 2>;

// Timed rounds, and the mean SM clock over all intervals of each side in them; 0 where the device does not count it.
struct Block {
  std::vector<Round> rounds;
  std::array<double, 2> clock_mhz{};
};

// Timed intervals of one case, `batch` calls of one side each. With two sides, 0 is the baseline; the last one is the
// candidate.
class Timer {
 public:
  virtual ~Timer() = default;
  // Calls in one interval: as asked for, or fewer where the device cannot queue so many.
  [[nodiscard]] virtual std::uint64_t batch() const = 0;
  // One round for each element of `first`, which names the side that goes first.
  [[nodiscard]] virtual Block rounds(std::span<const std::uint8_t> first) = 0;
  // One interval of a side, untimed, and waits for its end.
  virtual void once(std::size_t side) = 0;
  // From now on every interval of the candidate lasts this much longer. Only of a timer made with `delayed`.
  virtual void plant(double percent) = 0;
  // What one call of a side puts on the device, in words that are equal from process to process; "" where nobody sees it.
  [[nodiscard]] virtual std::string work(std::size_t side) const = 0;
  // Doubts about the way of timing, for people.
  [[nodiscard]] virtual std::vector<std::string> warnings() const = 0;
};

// One side of a case, prepared on as many sets of buffers as its calls walk through in turn: one, unless buffers must
// have left the cache when their turn comes again.
using Rotation = std::vector<PreparedCase*>;

struct TimerSettings {
  std::uint64_t batch = 1;  // a multiple of the sets
  bool flush = false;       // empty the cache before every interval, outside of it
  bool delayed = false;     // plant() will be called: both sides get the place where a delay can be
  // One untimed call before every interval: other cases are timed in between, and a warm case is to find in the caches
  // what its own call left there.
  bool rewarm = false;
};

// Two fixed pieces of work, the same in every launch: they tell a slow device from slow code.
struct Sentinels {
  double copy_ns = 0;
  double copy_bytes = 0;  // read and written, where that is far more than any cache holds
  double fma_ns = 0;
};

// The driver takes milliseconds to tell the energy, which only a run has a use for.
enum class Energy { Left, Read };

class Device {
 public:
  virtual ~Device() = default;

  // Without work on the device: timer_tick_ns is left 0.
  [[nodiscard]] virtual Environment environment() = 0;
  [[nodiscard]] virtual double timer_tick_ns() = 0;
  [[nodiscard]] virtual Sentinels sentinels() = 0;
  // Looks who else uses the device; once, before it is worked with. telemetry() tells what was seen.
  virtual void note_others() = 0;
  // Readings now; energy and throttling count from some fixed time in the past, so only differences mean something.
  [[nodiscard]] virtual Telemetry telemetry(Energy energy) = 0;

  // Enqueues (or does) one launch of nothing, for measure_floor().
  virtual void enqueue_nothing() = 0;

  // An interval shorter than this is dominated by its own fixed costs.
  [[nodiscard]] virtual double shortest_interval_ns() const = 0;
  // Blocks of warm-up rounds that agree this closely are steady.
  [[nodiscard]] virtual double steady_tolerance() const = 0;

  // What a module is lent, without buffers.
  [[nodiscard]] virtual ratchet_call lend() = 0;
  // Throws CaseError when there is not enough.
  [[nodiscard]] virtual void* allocate(std::uint64_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  // By the buffer's fill rule; outputs and scratch are poisoned with 0xFF bytes.
  virtual void fill(const ratchet_buffer& buffer, void* memory) = 0;
  [[nodiscard]] virtual std::uint64_t checksum(const void* memory, std::uint64_t bytes) = 0;
  [[nodiscard]] virtual OutputErrors compare(const ratchet_buffer& buffer, const void* output,
                                             const double* expected) = 0;
  // Waits for everything enqueued; throws CaseError if any of it failed.
  virtual void finish() = 0;
  // Memory in use by everyone; 0 where the question makes no sense.
  [[nodiscard]] virtual std::uint64_t used_bytes() = 0;
  // False after an error from which this process cannot recover.
  [[nodiscard]] virtual bool usable() noexcept = 0;

  // What one call of the side puts on the device. Throws CaseError, saying why, where that cannot be seen.
  [[nodiscard]] virtual CallGraph call_graph(PreparedCase& side) = 0;
  // Bytes that push everything else out of the cache when they pass through it; 0 where only a flush does.
  [[nodiscard]] virtual std::uint64_t eviction_bytes() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Timer> timer(std::span<const Rotation> sides, TimerSettings settings) = 0;
};

// No device of the kind can be used here, or this build has none. A module can be described all the same.
class NoDevice : public Error {
  using Error::Error;
};

// The device that modules of this kind (ratchet_device) run on. Throws NoDevice.
[[nodiscard]] std::unique_ptr<Device> open_device(std::uint32_t kind, unsigned threads);

// Lets the drivers do what a confined process cannot.
void wake_drivers() noexcept;

}  // namespace ratchet::bench
