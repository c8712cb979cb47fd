#include "src/bench/cuda_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "ratchet/error.h"
#include "ratchet/roofline.h"
#include "src/bench/cpu_device.h"
#include "src/bench/cuda_call_graph.h"
#include "src/bench/cuda_context.h"
#include "src/bench/cuda_timer.h"
#include "src/bench/element.h"
#include "src/bench/nvml.h"
#include "src/bench/schedule.h"

namespace ratchet::bench {

namespace {

constexpr unsigned kThreads = 256;
constexpr std::size_t kSentinelCaches = 4;        // the copy reads and writes this many times the L2
constexpr std::uint32_t kSentinelChain = 50'000;  // dependent FMAs of 4 cycles: 100 us at 2 GHz
constexpr int kSentinelWarmup = 300;              // 30 ms, in which an idle GPU raises its clock
constexpr int kSentinelTimes = 21;
constexpr int kTickPairs = 512;
constexpr std::uint64_t kTickStepCycles = 37;  // event pairs of many lengths, coprime to any likely tick

cudaDeviceProp properties_of_first() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0)
    throw NoDevice(fmt::format("no CUDA device can be used ({}); check nvidia-smi and CUDA_VISIBLE_DEVICES",
                               status == cudaSuccess ? "none is visible" : cudaGetErrorString(status)));
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, 0));
  return properties;
}

double attribute(cudaDeviceAttr which) {
  int value = 0;
  return cudaDeviceGetAttribute(&value, which, 0) == cudaSuccess ? value : 0;
}

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU-";
  for (std::size_t i = 0; i < sizeof uuid.bytes; ++i)
    text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                        static_cast<unsigned char>(uuid.bytes[i]));
  return text;
}

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

CudaContext make_context(const cudaDeviceProp& properties) {
  check_cuda(cudaSetDevice(0));
  void* flags = nullptr;
  check_cuda(cudaHostAlloc(&flags, 2 * sizeof(std::uint32_t), cudaHostAllocMapped));
  PinnedMemory pinned(flags);
  const double clock_khz = attribute(cudaDevAttrClockRate);
  return {make_stream(),
          CudaTools(),
          static_cast<unsigned>(properties.multiProcessorCount),
          clock_khz > 0 ? clock_khz / 1e6 : 1.0,
          static_cast<std::uint64_t>(properties.l2CacheSize),
          std::move(pinned),
          make_device_memory(sizeof(std::uint64_t))};
}

class CudaDevice final : public Device {
 public:
  CudaDevice() : properties_(properties_of_first()), uuid_(uuid_text(properties_.uuid)), nvml_(uuid_) {}

  [[nodiscard]] Environment environment() override;
  [[nodiscard]] double timer_tick_ns() override;
  [[nodiscard]] Sentinels sentinels() override;
  void note_others() override;
  [[nodiscard]] Telemetry telemetry(Energy energy) override;
  void enqueue_nothing() override { context().tools.launch("bench_null", 1, 32, stream()); }
  // Launching a graph costs 3 us of it, and events tick in up to one.
  [[nodiscard]] double shortest_interval_ns() const override { return 500e3; }
  [[nodiscard]] double steady_tolerance() const override { return 0.005; }
  [[nodiscard]] ratchet_call lend() override;
  [[nodiscard]] void* allocate(std::uint64_t bytes) override;
  void release(void* memory) noexcept override { cudaFree(memory); }
  void fill(const ratchet_buffer& buffer, void* memory) override;
  [[nodiscard]] std::uint64_t checksum(const void* memory, std::uint64_t bytes) override;
  [[nodiscard]] OutputErrors compare(const ratchet_buffer& buffer, const void* output,
                                             const double* expected) override;
  void finish() override { check_cuda(cudaStreamSynchronize(stream())); }
  [[nodiscard]] std::uint64_t used_bytes() override;
  [[nodiscard]] bool usable() noexcept override;
  // Three times what fits: replacement is not strictly by age.
  [[nodiscard]] std::uint64_t eviction_bytes() const override {
    return 3 * static_cast<std::uint64_t>(properties_.l2CacheSize);
  }
  [[nodiscard]] std::unique_ptr<Timer> timer(std::span<const Rotation> sides, TimerSettings settings) override {
    return std::make_unique<CudaTimer>(context(), sides, settings);
  }
  [[nodiscard]] CallGraph call_graph(PreparedCase& side) override { return cuda_call_graph(side, stream()); }

 private:
  // Made when first needed: describing a module must not disturb who is measuring.
  CudaContext& context() { return context_ ? *context_ : context_.emplace(make_context(properties_)); }
  cudaStream_t stream() { return context().stream.get(); }
  [[nodiscard]] unsigned blocks_for(std::uint64_t items);
  template <typename Work>
  [[nodiscard]] double median_time_ns(const Work& work);

  cudaDeviceProp properties_;
  std::string uuid_;
  Nvml nvml_;
  Occupancy others_;  // before our own context
  std::optional<CudaContext> context_;
};

Environment CudaDevice::environment() {
  int runtime = 0;
  int driver = 0;
  check_cuda(cudaRuntimeGetVersion(&runtime));
  check_cuda(cudaDriverGetVersion(&driver));
  Environment environment;
  environment.device.kind = "cuda";
  environment.device.name = properties_.name;
  environment.device.uuid = uuid_;
  environment.device.compute_capability = fmt::format("{}.{}", properties_.major, properties_.minor);
  environment.device.memory_bytes = properties_.totalGlobalMem;
  environment.device.l2_bytes = static_cast<std::uint64_t>(properties_.l2CacheSize);
  // Two transfers a clock (kHz) over the bus (bits).
  environment.device.peak_bandwidth_bytes_per_s =
      2 * attribute(cudaDevAttrMemoryClockRate) * 1000 * attribute(cudaDevAttrGlobalMemoryBusWidth) / 8;
  environment.driver = nvml_.driver_version().empty() ? version_text(driver) : nvml_.driver_version();
  environment.cuda_runtime = version_text(runtime);
  environment.cpu = cpu_model();
  environment.os = operating_system();
  environment.clock_policy = "default";
  return environment;
}

void CudaDevice::note_others() {
  others_ = settled_occupancy([&] { return nvml_.occupancy(); },
                              [] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); });
}

// Our own process is one of those that the driver counts, as soon as it has a context.
Telemetry CudaDevice::telemetry(Energy energy) {
  Telemetry reading = nvml_.reading();
  if (energy == Energy::Read) reading.energy_j = nvml_.energy_j();
  reading.tensor_flops_per_cycle =
      tensor_flops_per_cycle(properties_.major, properties_.minor) * properties_.multiProcessorCount;
  reading.busy_percent = others_.busy_percent.value_or(0);
  reading.processes_before = others_.processes.value_or(0);
  const unsigned now = nvml_.occupancy().processes.value_or(0);
  reading.processes_after = now > 0 && context_ ? now - 1 : now;
  return reading;
}

double CudaDevice::timer_tick_ns() {
  std::vector<std::uint64_t> cycles;
  for (std::uint64_t i = 0; i < kTickPairs; ++i) cycles.push_back(i * kTickStepCycles);
  const CudaMemory lengths = make_device_memory(cycles.size() * sizeof(std::uint64_t));
  check_cuda(cudaMemcpy(lengths.get(), cycles.data(), cycles.size() * sizeof(std::uint64_t), cudaMemcpyHostToDevice));
  std::vector<double> times;
  const CudaEvent start = make_event();
  const CudaEvent stop = make_event();
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    check_cuda(cudaEventRecord(start.get(), stream()));
    context().tools.launch("bench_spin", 1, 1, stream(), static_cast<const std::uint64_t*>(lengths.get()) + i);
    check_cuda(cudaEventRecord(stop.get(), stream()));
    finish();
    times.push_back(static_cast<double>(elapsed_ns(start, stop)));
  }
  return smallest_step(std::move(times));
}

template <typename Work>
double CudaDevice::median_time_ns(const Work& work) {
  const CudaEvent start = make_event();
  const CudaEvent stop = make_event();
  std::vector<double> times;
  for (int i = 0; i < kSentinelTimes; ++i) {
    check_cuda(cudaEventRecord(start.get(), stream()));
    work();
    check_cuda(cudaEventRecord(stop.get(), stream()));
    finish();
    times.push_back(static_cast<double>(elapsed_ns(start, stop)));
  }
  return median(std::move(times));
}

Sentinels CudaDevice::sentinels() {
  const std::size_t bytes = kSentinelCaches * static_cast<std::size_t>(properties_.l2CacheSize) / 16 * 16;
  const CudaMemory source = make_device_memory(bytes);
  const CudaMemory target = make_device_memory(bytes);
  check_cuda(cudaMemset(source.get(), 0, bytes));
  // Four warps to each scheduler hide the latency of an FMA exactly.
  const unsigned blocks = 2 * context().multiprocessors;
  const auto fma = [&] {
    context().tools.launch("bench_fma", blocks, kThreads, stream(), static_cast<float*>(target.get()), kSentinelChain);
  };
  for (int i = 0; i < kSentinelWarmup; ++i) fma();
  finish();
  const double fma_ns = median_time_ns(fma);
  const double copy_ns = median_time_ns([&] {
    context().tools.launch("bench_copy", 8 * blocks, kThreads, stream(), static_cast<const void*>(source.get()),
                           target.get(), std::uint64_t{bytes / 16});
  });
  return {copy_ns, 2.0 * static_cast<double>(bytes), fma_ns};
}

ratchet_call CudaDevice::lend() {
  ratchet_call call{};
  call.stream = stream();
  return call;
}

void* CudaDevice::allocate(std::uint64_t bytes) {
  (void)context();
  return make_device_memory(bytes).release();
}

unsigned CudaDevice::blocks_for(std::uint64_t items) {
  const std::uint64_t enough = std::uint64_t{16} * context().multiprocessors;
  return static_cast<unsigned>(std::clamp<std::uint64_t>((items + kThreads - 1) / kThreads, 1, enough));
}

void CudaDevice::fill(const ratchet_buffer& buffer, void* memory) {
  if (buffer.fill == RATCHET_OUTPUT || buffer.fill == RATCHET_SCRATCH) {
    check_cuda(cudaMemsetAsync(memory, 0xFF, buffer.count * element_bytes(buffer.type), stream()));
  } else {
    context().tools.launch("bench_fill", blocks_for(buffer.count), kThreads, stream(), memory, buffer.type, buffer.fill,
                           buffer.count, buffer.seed);
  }
}

std::uint64_t CudaDevice::checksum(const void* memory, std::uint64_t bytes) {
  auto* const sum = static_cast<unsigned long long*>(context().sum.get());
  std::uint64_t result = 0;
  check_cuda(cudaMemsetAsync(sum, 0, sizeof *sum, stream()));
  context().tools.launch("bench_checksum", blocks_for(bytes / 8), kThreads, stream(),
                         static_cast<const std::uint8_t*>(memory), bytes, sum);
  check_cuda(cudaMemcpyAsync(&result, sum, sizeof result, cudaMemcpyDeviceToHost, stream()));
  finish();
  return result;
}

OutputErrors CudaDevice::compare(const ratchet_buffer& buffer, const void* output, const double* expected) {
  static_assert(sizeof(OutputErrors) == 5 * sizeof(double), "as kernels/device_tools.cu lays it out");
  const std::uint64_t rows = buffer.count / buffer.row;
  const auto blocks = static_cast<unsigned>(std::min<std::uint64_t>(rows, 64 * context().multiprocessors));
  const CudaMemory parts = make_device_memory(blocks * sizeof(OutputErrors));
  context().tools.launch("bench_errors", blocks, kThreads, stream(), output, buffer.type, expected, buffer.row, rows,
                         parts.get());
  context().tools.launch("bench_all_errors", 1, kThreads, stream(), parts.get(), blocks);
  OutputErrors all;
  check_cuda(cudaMemcpyAsync(&all, parts.get(), sizeof all, cudaMemcpyDeviceToHost, stream()));
  finish();
  return all;
}

std::uint64_t CudaDevice::used_bytes() {
  (void)context();
  std::size_t free = 0;
  std::size_t total = 0;
  check_cuda(cudaMemGetInfo(&free, &total));
  return total - free;
}

bool CudaDevice::usable() noexcept {
  cudaGetLastError();
  return cudaDeviceSynchronize() == cudaSuccess;
}

}  // namespace

std::unique_ptr<Device> open_cuda_device() { return std::make_unique<CudaDevice>(); }

void wake_cuda_driver() noexcept {
  std::error_code unreadable;
  if (std::filesystem::exists("/dev/nvidiactl", unreadable) && std::filesystem::exists("/dev/nvidia-uvm", unreadable)) return;
  int count = 0;
  (void)cudaGetDeviceCount(&count);  // open_cuda_device() tells what is wrong
}

}  // namespace ratchet::bench
