// What only a GPU can tell: whether its caches, clock and timer are what the host takes them for. One line a claim,
// with its number.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "src/bench/case_memory.h"
#include "src/bench/cuda_tools.h"
#include "src/bench/measure.h"
#include "src/bench/module.h"
#include "src/bench/schedule.h"

namespace ratchet::bench {
namespace {

std::unique_ptr<Device> gpu_or_skip() {
  try {
    return open_device(RATCHET_CUDA, 1);
  } catch (const NoDevice& none) {
    std::cout << "skipped: no CUDA device (" << none.what() << ")\n";
    return nullptr;
  }
}

// 64 chains of loads, which together touch each line of 8 MiB but 64. So few are under way that latency is all that is
// measured. The ABI structure comes first: prepare finds the whole from it.
struct Chase {
  static constexpr std::uint64_t kCount = std::uint64_t{2} << 20;
  static constexpr std::uint32_t kChains = 64;
  static constexpr std::uint32_t kPart = kCount / kChains;
  static constexpr std::uint32_t kLine = 32;            // floats
  static constexpr std::uint32_t kStride = 37 * kLine;  // odd in lines: the chain comes by every line of its part
  static constexpr std::uint32_t kLoads = kPart / kLine - 1;

  explicit Chase(std::uint32_t l2) {
    abi = {"chase/one/n=1", "the end of a chain", nullptr, 4 * kCount, 0, l2, 0, 2, buffers};
  }

  ratchet_case abi{};
  ratchet_buffer buffers[2] = {{"memory", RATCHET_F32, RATCHET_ZERO, kCount, 0, 0, 0, 0},
                               {"end", RATCHET_F32, RATCHET_OUTPUT, kChains, 0, kChains, 0, 0}};
  CudaTools tools;
  bool every_other = false;  // the calls between do a small copy instead
  int calls = 0;
};

struct PreparedChase {
  Chase* chase;
  cudaStream_t stream;
  float* memory;
  float* end;
};

int launch_chase(void* state) {
  const auto& p = *static_cast<PreparedChase*>(state);
  if (p.chase->every_other && ++p.chase->calls % 2 == 0)
    return cudaMemsetAsync(p.end, 0, Chase::kChains * sizeof(float), p.stream) == cudaSuccess ? 0 : 1;
  p.chase->tools.launch("bench_chase", Chase::kChains, 1, p.stream, static_cast<const float*>(p.memory), p.end,
                        Chase::kPart, Chase::kStride, Chase::kLoads);
  return 0;
}

const ratchet_module& chase_module() {
  static const ratchet_module module{
      RATCHET_ABI,
      RATCHET_CUDA,
      "chase",
      0,
      nullptr,
      [](const ratchet_case* which, const ratchet_call* call, void** state) {
        auto* const chase = const_cast<Chase*>(reinterpret_cast<const Chase*>(which));
        *state = new PreparedChase{chase, static_cast<cudaStream_t>(call->stream),
                                   static_cast<float*>(call->buffers[0]), static_cast<float*>(call->buffers[1])};
        return 0;
      },
      launch_chase,
      [](void*, double* const* expected) {
        const std::vector<double> ends(Chase::kChains, Chase::kLoads * Chase::kStride % Chase::kPart);
        const std::size_t bytes = ends.size() * sizeof(double);
        return cudaMemcpy(expected[0], ends.data(), bytes, cudaMemcpyHostToDevice) == cudaSuccess ? 0 : 1;
      },
      [](void* state) { delete static_cast<PreparedChase*>(state); },
      []() -> const char* { return "CUDA refused"; }};
  return module;
}

Measured measure_chase(Device& device, Chase& chase, std::uint64_t rounds = 41) {
  const Side side{"", &chase_module(), &chase.abi};
  MeasureSettings settings;
  settings.rounds = rounds;
  settings.tick_ns = device.timer_tick_ns();
  return measure(device, {&side, 1}, settings);
}

double median_call_ns(const Measured& measured) {
  for (const Failure& failure : measured.outcome.failures) MESSAGE(failure.message);
  REQUIRE(measured.outcome.launches.size() == 1);
  return median(measured.outcome.launches.front().candidate_ns);
}

TEST_CASE("cuda device: a load from a cold cache takes as much longer as memory is behind the L2, warm it does not") {
  const auto device = gpu_or_skip();
  if (!device) return;
  Chase warm(RATCHET_L2_WARM);
  Chase cold(RATCHET_L2_COLD);
  const double warm_ns = median_call_ns(measure_chase(*device, warm)) / Chase::kLoads;
  const Measured rotated = measure_chase(*device, cold);
  const double cold_ns = median_call_ns(rotated) / Chase::kLoads;
  const std::uint64_t chase_bytes = cold.abi.bytes;
  const std::uint64_t sets = rotation_sets(chase_bytes, device->eviction_bytes());
  std::cout << "L2: a load takes " << warm_ns << " ns warm, " << cold_ns << " ns cold by rotation over " << sets
            << " sets\n";
  CHECK(sets > 1);
  CHECK(rotated.outcome.facts.batch % sets == 0);
  CHECK(warm_ns > 50);
  CHECK(warm_ns < 400);
  CHECK(cold_ns > 1.3 * warm_ns);
  CHECK(cold_ns < 6 * warm_ns);
}

TEST_CASE("cuda device: a flush leaves the cache as cold as a rotation does") {
  const auto device = gpu_or_skip();
  if (!device) return;
  Chase chase(RATCHET_L2_COLD);
  CaseMemory memory(*device, chase.abi);
  PreparedCase prepared({"", &chase_module(), &chase.abi}, device->lend(), memory.pointers());
  const std::vector<Rotation> sides{{&prepared}};
  TimerSettings settings;
  settings.flush = true;
  const auto timer = device->timer(sides, settings);
  std::vector<double> times;
  for (const Round& round : timer->rounds(round_order(21, 1)).rounds) times.push_back(static_cast<double>(round[0]));
  const double flushed_ns = median(times) / Chase::kLoads;
  const double rotated_ns = median_call_ns(measure_chase(*device, chase)) / Chase::kLoads;
  std::cout << "L2: a load takes " << flushed_ns << " ns after a flush, " << rotated_ns << " ns by rotation\n";
  CHECK(std::abs(flushed_ns / rotated_ns - 1) < 0.15);
}

TEST_CASE("cuda device: a batch whose calls are not all the same work is refused before it is timed") {
  const auto device = gpu_or_skip();
  if (!device) return;
  Chase chase(RATCHET_L2_WARM);
  chase.every_other = true;
  const DuetCase outcome = measure_chase(*device, chase).outcome;
  REQUIRE(outcome.failures.size() == 1);
  CHECK(outcome.failures[0].kind == "module_error");
  CHECK_MESSAGE(outcome.failures[0].message.find("the same work") != std::string::npos, outcome.failures[0].message);
}

TEST_CASE("cuda device: the clock counted on the device is a clock that the device can have") {
  const auto device = gpu_or_skip();
  if (!device) return;
  Chase chase(RATCHET_L2_WARM);
  const Measured measured = measure_chase(*device, chase);
  (void)median_call_ns(measured);
  const double counted_mhz = measured.outcome.launches.front().candidate_clock_mhz;
  const double told_mhz = device->telemetry(Energy::Left).sm_clock_mhz;
  std::cout << "clock: " << counted_mhz << " MHz counted during the rounds, " << told_mhz
            << " MHz told by the driver\n";
  CHECK(counted_mhz > 200);
  CHECK(counted_mhz < 3500);
  if (told_mhz > 0) CHECK(std::abs(counted_mhz / told_mhz - 1) < 0.10);
}

TEST_CASE("cuda device: tick, floor and sentinels are plausible and repeat") {
  const auto device = gpu_or_skip();
  if (!device) return;
  const double tick_ns = device->timer_tick_ns();
  const Sentinels first = device->sentinels();
  const Sentinels second = device->sentinels();
  const Floor floor = measure_floor(*device);
  std::cout << "timer: tick " << tick_ns << " ns; an empty launch " << floor.launch_ns << " ns, an interval "
            << floor.interval_ns << " ns besides\n";
  std::cout << "sentinels: arithmetic " << first.fma_ns << " and " << second.fma_ns << " ns, copy "
            << first.copy_bytes / first.copy_ns << " and " << second.copy_bytes / second.copy_ns << " GB/s\n";
  CHECK(tick_ns > 0);
  CHECK(tick_ns < 2000);
  CHECK(floor.launch_ns > 100);
  CHECK(floor.launch_ns < 20'000);
  CHECK(floor.interval_ns < 50'000);
  CHECK(std::abs(second.fma_ns / first.fma_ns - 1) < 0.02);
  CHECK(std::abs(second.copy_ns / first.copy_ns - 1) < 0.04);
  const double peak = device->environment().device.peak_bandwidth_bytes_per_s;
  CHECK(first.copy_bytes / first.copy_ns * 1e9 < 1.02 * peak);
}

TEST_CASE("cuda device: the copy of 4 MiB, which single events time to 18 %, spreads by at most 0.3 % over a launch") {
  const auto device = gpu_or_skip();
  if (!device) return;
  const std::filesystem::path build = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  const Module module(build / "modules" / "ratchet_cuda.so");
  const Side side{"", &*module, module.find("copy/vectorized/bytes=4194304")};
  MeasureSettings settings;
  settings.tick_ns = device->timer_tick_ns();
  settings.floor = measure_floor(*device);
  const Measured measured = measure(*device, {&side, 1}, settings);
  const double middle_ns = median_call_ns(measured);
  std::vector<double> deviations;
  for (const double time_ns : measured.outcome.launches.front().candidate_ns)
    deviations.push_back(std::abs(time_ns / middle_ns - 1));
  const double spread = 1.4826 * median(deviations);  // the standard deviation, were it normal
  std::cout << "copy of 4 MiB: " << middle_ns << " ns, spread " << 100 * spread << " % over " << deviations.size()
            << " rounds of " << measured.outcome.facts.batch << " calls\n";
  CHECK(spread <= 0.003);
}

}  // namespace
}  // namespace ratchet::bench
