// Device code of the measuring host itself: known contents, judgement of outputs, delays and sentinels. It is compiled
// to a fat binary, embedded as data and loaded by name, so that nothing outside this folder needs nvcc. Each kernel
// works with any grid. The generator is the one of src/bench/draw.h, and OutputErrors that of
// src/bench/judge.h.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "kernels/module.h"

namespace {

struct OutputErrors {
  double difference2;
  double expected2;
  double not_finite;
  double not_expected;
  double worst_row2;
};

__device__ std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

__device__ std::uint64_t draw(std::uint64_t seed, std::uint64_t index) {
  return mix(mix(seed) + (index + 1) * 0x9E3779B97F4A7C15u);
}

__device__ double normal(std::uint64_t bits) {
  const double u = (static_cast<double>(bits >> 32) + 0.5) * 0x1p-32;
  const double v = static_cast<double>(bits & 0xFFFFFFFFu) * 0x1p-32;
  return sqrt(-2 * log(u)) * cospi(2 * v);
}

__device__ double uniform(std::uint64_t bits) { return static_cast<double>(bits >> 40) * 0x1p-24; }

__device__ double load(std::uint32_t type, const void* memory, std::uint64_t index) {
  switch (type) {
    case RATCHET_F64:
      return static_cast<const double*>(memory)[index];
    case RATCHET_F32:
      return static_cast<const float*>(memory)[index];
    case RATCHET_F16:
      return __half2float(static_cast<const __half*>(memory)[index]);
    case RATCHET_BF16:
      return __bfloat162float(static_cast<const __nv_bfloat16*>(memory)[index]);
    default:
      return static_cast<const std::uint8_t*>(memory)[index];
  }
}

__device__ void store(std::uint32_t type, void* memory, std::uint64_t index, double value) {
  switch (type) {
    case RATCHET_F64:
      static_cast<double*>(memory)[index] = value;
      break;
    case RATCHET_F32:
      static_cast<float*>(memory)[index] = static_cast<float>(value);
      break;
    case RATCHET_F16:
      static_cast<__half*>(memory)[index] = __double2half(value);
      break;
    case RATCHET_BF16:
      static_cast<__nv_bfloat16*>(memory)[index] = __double2bfloat16(value);
      break;
    default:
      static_cast<std::uint8_t*>(memory)[index] = static_cast<std::uint8_t>(value);
  }
}

// Eight bytes from any address, zeros behind the end: a canary may begin anywhere.
__device__ std::uint64_t word_at(const std::uint8_t* memory, std::uint64_t bytes) {
  if (bytes >= 8 && reinterpret_cast<std::uintptr_t>(memory) % 8 == 0)
    return *reinterpret_cast<const std::uint64_t*>(memory);
  std::uint64_t word = 0;
  for (std::uint64_t i = 0; i < 8 && i < bytes; ++i) word |= std::uint64_t{memory[i]} << (8 * i);
  return word;
}

__device__ std::uint64_t first_index() { return std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ std::uint64_t stride() { return std::uint64_t{gridDim.x} * blockDim.x; }

__device__ double sum_over_warp(double value) {
  for (int offset = 16; offset > 0; offset /= 2) value += __shfl_down_sync(0xFFFFFFFFu, value, offset);
  return value;
}

constexpr unsigned kWarps = 8;

__device__ void add(OutputErrors& to, const OutputErrors& more) {
  to.difference2 += more.difference2;
  to.expected2 += more.expected2;
  to.not_finite += more.not_finite;
  to.not_expected += more.not_expected;
  to.worst_row2 = fmax(to.worst_row2, more.worst_row2);
}

__device__ std::uint64_t nanoseconds() {
  std::uint64_t now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}

}  // namespace

// RATCHET_ZERO, RATCHET_UNIFORM and RATCHET_NORMAL; the other fills are byte patterns.
extern "C" __global__ void bench_fill(void* memory, std::uint32_t type, std::uint32_t fill, std::uint64_t count,
                                      std::uint64_t seed) {
  for (std::uint64_t i = first_index(); i < count; i += stride()) {
    const std::uint64_t bits = draw(seed, i);
    const double value = fill == RATCHET_ZERO     ? 0
                         : type == RATCHET_U8     ? static_cast<double>(bits >> 56)
                         : fill == RATCHET_NORMAL ? normal(bits)
                                                  : uniform(bits);
    store(type, memory, i, value);
  }
}

// Adds to *sum, which the host has set to zero; the same function as the host's own checksum.
extern "C" __global__ void bench_checksum(const std::uint8_t* memory, std::uint64_t bytes, unsigned long long* sum) {
  std::uint64_t mine = 0;
  for (std::uint64_t i = first_index(); i * 8 < bytes; i += stride())
    mine += draw(word_at(memory + i * 8, bytes - i * 8), i);
  for (int offset = 16; offset > 0; offset /= 2) mine += __shfl_down_sync(0xFFFFFFFFu, mine, offset);
  if (threadIdx.x % 32 == 0) atomicAdd(sum, mine);
}

// One block a row at a time; 256 threads. One element of `parts` a block.
extern "C" __global__ void bench_errors(const void* output, std::uint32_t type, const double* expected,
                                        std::uint64_t row, std::uint64_t rows, OutputErrors* parts) {
  __shared__ OutputErrors of_warp[kWarps];
  OutputErrors all{};
  for (std::uint64_t r = blockIdx.x; r < rows; r += gridDim.x) {
    OutputErrors mine{};
    for (std::uint64_t i = r * row + threadIdx.x; i < (r + 1) * row; i += blockDim.x) {
      const double value = load(type, output, i);
      if (!isfinite(expected[i])) {
        mine.not_expected += 1;
      } else if (!isfinite(value)) {
        mine.not_finite += 1;
      } else {
        mine.difference2 += (value - expected[i]) * (value - expected[i]);
        mine.expected2 += expected[i] * expected[i];
      }
    }
    mine = {sum_over_warp(mine.difference2), sum_over_warp(mine.expected2), sum_over_warp(mine.not_finite),
            sum_over_warp(mine.not_expected), 0};
    if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = mine;
    __syncthreads();
    if (threadIdx.x == 0) {
      OutputErrors one{};
      for (const OutputErrors& part : of_warp) add(one, part);
      if (one.difference2 > 0) one.worst_row2 = one.difference2 / one.expected2;
      add(all, one);
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) parts[blockIdx.x] = all;
}

// One block of 256 threads: all parts into the first. In a fixed order, so that the same output has the same errors.
extern "C" __global__ void bench_all_errors(OutputErrors* parts, std::uint32_t count) {
  __shared__ OutputErrors of_thread[32 * kWarps];
  OutputErrors mine{};
  for (std::uint32_t i = threadIdx.x; i < count; i += blockDim.x) add(mine, parts[i]);
  of_thread[threadIdx.x] = mine;
  __syncthreads();
  if (threadIdx.x > 0) return;
  for (unsigned i = 1; i < blockDim.x; ++i) add(mine, of_thread[i]);
  parts[0] = mine;
}

// One thread. The length is read from memory, so that it can change while the graph that holds this node stays.
extern "C" __global__ void bench_spin(const std::uint64_t* cycles) {
  const std::uint64_t wanted = *cycles;
  const long long start = clock64();
  while (static_cast<std::uint64_t>(clock64() - start) < wanted) {
  }
}

// One thread: holds the stream back until the host sets flags[0], so that all that is queued behind it runs without
// waiting for the host. Gives up after patience_ns and says so in flags[1]: a queue that is full would never be
// released.
extern "C" __global__ void bench_hold(volatile std::uint32_t* flags, std::uint64_t patience_ns) {
  const std::uint64_t start = nanoseconds();
  while (flags[0] == 0) {
    if (nanoseconds() - start > patience_ns) {
      flags[1] = 1;
      break;
    }
    __nanosleep(200);
  }
  __threadfence_system();
}

// Its launch is all it costs: the floor under every other time.
extern "C" __global__ void bench_null() {}

// Notes SM 0's cycle counter beside the time, where SM 0 gets a block; launched with one block of one thread for each
// SM. Two notes give the mean clock between them. A note that SM 0 did not write stays zero.
extern "C" __global__ void bench_stamp(unsigned long long* note) {
  unsigned multiprocessor;
  asm volatile("mov.u32 %0, %%smid;" : "=r"(multiprocessor));
  if (multiprocessor != 0) return;
  note[0] = static_cast<unsigned long long>(clock64());
  note[1] = nanoseconds();
}

// One load after the other in each block, of one thread, through its own part of the array: the latency of wherever the
// array lies, past the L1. The array holds zeros, which the compiler cannot know, so that each address depends on the
// load before it. Writes where each chain ended.
extern "C" __global__ void bench_chase(const float* memory, float* end, std::uint32_t part, std::uint32_t stride,
                                       std::uint32_t loads) {
  const float* const mine = memory + std::uint64_t{blockIdx.x} * part;
  std::uint32_t i = 0;
  for (std::uint32_t load = 0; load < loads; ++load)
    i = (i + stride + static_cast<std::uint32_t>(__ldcg(mine + i))) % part;
  end[blockIdx.x] = static_cast<float>(i);
}

// Sentinel of memory.
extern "C" __global__ void bench_copy(const float4* source, float4* target, std::uint64_t count) {
  for (std::uint64_t i = first_index(); i < count; i += stride()) target[i] = source[i];
}

// Sentinel of the clock: a chain of dependent multiply-adds in every thread.
extern "C" __global__ void bench_fma(float* sink, std::uint32_t length) {
  float value = static_cast<float>(threadIdx.x);
  for (std::uint32_t i = 0; i < length; ++i) value = fmaf(value, 0.999f, 0.001f);
  if (value < 0) *sink = value;  // never: keeps the chain alive
}
