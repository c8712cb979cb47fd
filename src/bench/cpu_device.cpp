#include "src/bench/cpu_device.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numbers>

#include "src/bench/host_timer.h"
#include "src/bench/draw.h"
#include "src/bench/element.h"
#include "src/bench/schedule.h"
#include "src/bench/sha256.h"

namespace ratchet::bench {

namespace {

// A page, so that the placement of a buffer within its page is the same in every process; the ABI promises 64.
constexpr std::size_t kAlignment = 4096;

std::uint64_t last_level_cache_bytes() {
  for (const int level : {_SC_LEVEL4_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL2_CACHE_SIZE})
    if (const long bytes = sysconf(level); bytes > 0) return static_cast<std::uint64_t>(bytes);
  return 0;
}

std::uint64_t memory_bytes() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
}

// Stable for the machine, and no serial number: a part of the hash of its id.
std::string machine_uuid() {
  std::string id;
  std::ifstream("/etc/machine-id") >> id;
  return id.empty() ? "" : "CPU-" + sha256(id).substr(0, 32);
}

// One draw gives both uniforms of Box and Muller. Half a step keeps the first away from 0, whose logarithm is infinite.
double normal(std::uint64_t bits) {
  const double u = (static_cast<double>(bits >> 32) + 0.5) * 0x1p-32;
  const double v = static_cast<double>(bits & 0xFFFFFFFFu) * 0x1p-32;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

// 24 bits are exact in F32; the narrower types may round up to 1, which the reference sees as well.
double uniform(std::uint64_t bits) { return static_cast<double>(bits >> 40) * 0x1p-24; }

template <typename Work>
double median_time_ns(const Work& work) {
  std::vector<double> times;
  for (int i = 0; i < 11; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const auto end = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration<double, std::nano>(end - start).count());
  }
  return median(times);
}

}  // namespace

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != line.npos) return line.substr(colon + 2);
  utsname system{};
  uname(&system);
  return system.machine;
}

std::string cpu_governor() {
  std::string governor;
  std::ifstream("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") >> governor;
  return governor;
}

std::string operating_system() {
  utsname system{};
  uname(&system);
  return std::string(system.sysname) + " " + system.release;
}

Environment CpuDevice::environment() {
  Environment environment;
  environment.device.kind = "cpu";
  environment.device.name = cpu_model();
  environment.device.uuid = machine_uuid();
  environment.device.memory_bytes = memory_bytes();
  environment.device.l2_bytes = last_level_cache_bytes();
  environment.cpu = cpu_model();
  environment.os = operating_system();
  const std::string governor = cpu_governor();
  environment.clock_policy = governor.empty() ? "default" : "governor:" + governor;
  return environment;
}

// The load of the last minute as a share of all processors: a record for people, since a CPU is never used alone.
void CpuDevice::note_others() {
  double load = 0;
  if (getloadavg(&load, 1) == 1) busy_percent_ = 100 * load / static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
}

Telemetry CpuDevice::telemetry(Energy) {
  Telemetry reading;
  reading.busy_percent = busy_percent_;
  return reading;
}

double CpuDevice::timer_tick_ns() {
  std::vector<double> readings;
  const auto origin = std::chrono::steady_clock::now();
  for (int i = 0; i < 10'000; ++i)
    readings.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - origin).count());
  return smallest_step(std::move(readings));
}

Sentinels CpuDevice::sentinels() {
  constexpr std::size_t kCopyBytes = std::size_t{16} << 20;
  const std::vector<char> source(kCopyBytes, 1);
  std::vector<char> target(kCopyBytes);
  const double copy_ns = median_time_ns([&] {
    std::memcpy(target.data(), source.data(), kCopyBytes);
    asm volatile("" : : "r"(target.data()) : "memory");  // the copy is used
  });
  const double fma_ns = median_time_ns([] {
    double value = 1;
    for (int i = 0; i < 100'000; ++i) {
      value = value * 0.999 + 0.001;
      asm volatile("" : "+m"(value));  // one after the other
    }
  });
  return {copy_ns, 0, fma_ns};
}

ratchet_call CpuDevice::lend() {
  ratchet_call call{};
  call.threads = pool_.threads();
  call.pool = &pool_;
  call.parallel_for = [](void* pool, std::uint32_t tasks, ThreadPool::Task task, void* context) {
    static_cast<ThreadPool*>(pool)->run(tasks, task, context);
  };
  return call;
}

void* CpuDevice::allocate(std::uint64_t bytes) {
  void* memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (!memory) throw CaseError("device_error", "", "not enough memory for " + std::to_string(bytes) + " bytes");
  return memory;
}

void CpuDevice::release(void* memory) noexcept { std::free(memory); }

void CpuDevice::fill(const ratchet_buffer& buffer, void* memory) {
  const std::uint64_t bytes = buffer.count * element_bytes(buffer.type);
  if (buffer.fill == RATCHET_ZERO) {
    std::memset(memory, 0, bytes);
  } else if (buffer.fill == RATCHET_OUTPUT || buffer.fill == RATCHET_SCRATCH) {
    std::memset(memory, 0xFF, bytes);
  } else {
    for (std::uint64_t i = 0; i < buffer.count; ++i) {
      const std::uint64_t bits = draw(buffer.seed, i);
      const double value = buffer.type == RATCHET_U8       ? static_cast<double>(bits >> 56)
                           : buffer.fill == RATCHET_NORMAL ? normal(bits)
                                                           : uniform(bits);
      store(buffer.type, memory, i, value);
    }
  }
}

// A sum of mixed words, so that order of summation does not matter and a swap of two words shows.
std::uint64_t CpuDevice::checksum(const void* memory, std::uint64_t bytes) {
  const auto* const words = static_cast<const char*>(memory);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i * 8 < bytes; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, words + i * 8, std::min<std::uint64_t>(8, bytes - i * 8));
    sum += draw(word, i);
  }
  return sum;
}

OutputErrors CpuDevice::compare(const ratchet_buffer& buffer, const void* output, const double* expected) {
  OutputErrors all;
  for (std::uint64_t first = 0; first < buffer.count; first += buffer.row) {
    double difference2 = 0;
    double expected2 = 0;
    for (std::uint64_t i = first; i < first + buffer.row; ++i) {
      const double value = load(buffer.type, output, i);
      if (!std::isfinite(expected[i])) {
        all.not_expected += 1;
      } else if (!std::isfinite(value)) {
        all.not_finite += 1;
      } else {
        difference2 += (value - expected[i]) * (value - expected[i]);
        expected2 += expected[i] * expected[i];
      }
    }
    all.difference2 += difference2;
    all.expected2 += expected2;
    if (difference2 > 0) all.worst_row2 = std::max(all.worst_row2, difference2 / expected2);
  }
  return all;
}

std::unique_ptr<Timer> CpuDevice::timer(std::span<const Rotation> sides, TimerSettings settings) {
  const std::uint64_t cache = settings.flush ? last_level_cache_bytes() : 0;
  return std::make_unique<HostTimer>(sides, settings, 2 * cache, [] {});
}

CallGraph CpuDevice::call_graph(PreparedCase&) {
  throw CaseError("module_error", "", "what a call does on a CPU cannot be seen");
}

}  // namespace ratchet::bench
