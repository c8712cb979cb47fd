// Stand-ins for tests of the host: a module whose launches are functions of the test, and a CPU device whose intervals
// take a planned time. Memory, filling and judgement are the real ones.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "src/bench/cpu_device.h"

namespace ratchet::bench::testing {

// y = 2 x over `count` floats in rows of 4. The ABI structure comes first, so that a pointer to it finds the whole.
struct FakeCase {
  using Launch = std::function<void(float* x, float* y)>;

  FakeCase(std::string name, Launch work, double factor = 2);
  FakeCase(const FakeCase&) = delete;

  ratchet_case abi{};
  std::string id;
  Launch launch;
  double reference_factor;
  std::vector<ratchet_buffer> buffers;
  std::vector<float*> memory;
  int prepared = 0;
  int turn = 0;  // the latest time, counted over all cases
  int released = 0;
};

constexpr std::uint64_t kFakeCount = 64;

inline void twice(float* x, float* y) {
  for (std::uint64_t i = 0; i < kFakeCount; ++i) y[i] = 2 * x[i];
}

// The functions of a module whose cases are FakeCases.
[[nodiscard]] const ratchet_module& fake_module();

// One interval takes overhead_ns + batch * call_ns[side], plus drift_ns more each round.
struct FakeTimes {
  double overhead_ns = 0;
  std::vector<double> call_ns{1000, 1000};
  double drift_ns = 0;
  std::array<double, 2> clock_mhz{};
  std::vector<std::string> work{"", ""};
};

class FakeDevice final : public CpuDevice {
 public:
  explicit FakeDevice(FakeTimes planned) : CpuDevice(1), times(std::move(planned)) {}
  [[nodiscard]] CallGraph call_graph(PreparedCase& side) override { return graph(side); }
  [[nodiscard]] Telemetry telemetry(Energy energy) override;
  [[nodiscard]] std::uint64_t used_bytes() override { return used; }
  [[nodiscard]] std::uint64_t eviction_bytes() const override { return cache_bytes; }
  [[nodiscard]] std::unique_ptr<Timer> timer(std::span<const Rotation> sides, TimerSettings settings) override;
  [[nodiscard]] void* allocate(std::uint64_t bytes) override;

  FakeTimes times;
  std::function<CallGraph(PreparedCase&)> graph;
  std::vector<Telemetry> readings;  // one after the other, the last for ever
  std::uint64_t used = 0;           // used_bytes()
  double planted_percent = 0;
  bool flushed = false;
  bool rewarmed = false;
  std::uint64_t largest_bytes = ~std::uint64_t{0};  // that allocate() gives at once
  std::uint64_t cache_bytes = 0;                 // eviction_bytes()
  std::vector<std::vector<std::uint8_t>> asked;  // every order of rounds that was asked for
  std::vector<std::string> turns;                // and of which case
  std::string breaks;                            // the case whose rounds end with an error, after as many turns
  std::size_t breaks_after = 0;
};

}  // namespace ratchet::bench::testing
