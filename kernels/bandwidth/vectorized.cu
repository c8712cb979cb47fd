// Copy and triad on a GPU: 16 bytes an access, neighbouring threads on neighbouring addresses, and all loads of a
// thread under way before its first store. Memory needs about 600 ns x 4.8 TB/s = 2.9 MB in flight on an H200, 22 KiB
// an SM: a quarter of a full SM's threads with four loads each are enough.
#include "kernels/bandwidth/bandwidth.h"
#include "kernels/check_cuda.h"

namespace ratchet::kernels::bandwidth {
namespace {

constexpr unsigned kThreads = 256;
constexpr unsigned kGroups = 4;                                 // of 16 bytes, a thread
constexpr std::uint64_t kBlockFloats = kThreads * kGroups * 4;  // what a block moves

__device__ float4 multiply_add(float scalar, float4 x, float4 y) {
  return make_float4(scalar * x.x + y.x, scalar * x.y + y.y, scalar * x.z + y.z, scalar * x.w + y.w);
}

}  // namespace

__global__ void __launch_bounds__(kThreads) copy_kernel(float4* __restrict__ a, const float4* __restrict__ b) {
  const std::size_t first = std::size_t{blockIdx.x} * kThreads * kGroups + threadIdx.x;
  float4 value[kGroups];
#pragma unroll
  for (unsigned i = 0; i < kGroups; ++i) value[i] = b[first + i * kThreads];
#pragma unroll
  for (unsigned i = 0; i < kGroups; ++i) a[first + i * kThreads] = value[i];
}

__global__ void __launch_bounds__(kThreads)
    triad_kernel(float4* __restrict__ a, const float4* __restrict__ b, const float4* __restrict__ c) {
  const std::size_t first = std::size_t{blockIdx.x} * kThreads * kGroups + threadIdx.x;
  float4 left[kGroups];
  float4 right[kGroups];
#pragma unroll
  for (unsigned i = 0; i < kGroups; ++i) {
    left[i] = b[first + i * kThreads];
    right[i] = c[first + i * kThreads];
  }
#pragma unroll
  for (unsigned i = 0; i < kGroups; ++i) a[first + i * kThreads] = multiply_add(kScalar, right[i], left[i]);
}

// What each element of a should be, one a thread; scalar 0 is the copy, whose c is then b.
__global__ void reference_kernel(double* expected, const float* b, const float* c, double scalar, std::uint64_t n) {
  const std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < n) expected[i] = double{b[i]} + scalar * double{c[i]};
}

namespace {

void reference(const Call& call, double* expected, BufferIndex c, double scalar, std::uint64_t n) {
  auto* stream = static_cast<cudaStream_t>(call.stream());
  reference_kernel<<<static_cast<unsigned>((n + kThreads - 1) / kThreads), kThreads, 0, stream>>>(
      expected, call.buffer<const float>(kB), call.buffer<const float>(c), scalar, n);
  check_cuda(cudaGetLastError());
  check_cuda(cudaStreamSynchronize(stream));
}

unsigned block_count(const Case& one, std::uint64_t n) {
  if (n % kBlockFloats != 0) {
    throw std::invalid_argument(one.id() + ": an array must be a multiple of " +
                                std::to_string(kBlockFloats * sizeof(float)) + " bytes");
  }
  return static_cast<unsigned>(n / kBlockFloats);
}

}  // namespace

Case copy_vectorized(std::uint64_t array_bytes) {
  Case copy = describe_copy("vectorized", array_bytes);
  const std::uint64_t n = array_bytes / sizeof(float);
  copy.source = here();
  copy.launch = [blocks = block_count(copy, n)](const Call& call) {
    copy_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(call.stream())>>>(call.buffer<float4>(kA),
                                                                                   call.buffer<const float4>(kB));
    check_cuda(cudaGetLastError());
  };
  copy.reference = [n](const Call& call, double* const* expected) { reference(call, expected[0], kB, 0, n); };
  return copy;
}

Case triad_vectorized(std::uint64_t array_bytes) {
  Case triad = describe_triad("vectorized", array_bytes);
  const std::uint64_t n = array_bytes / sizeof(float);
  triad.source = here();
  triad.launch = [blocks = block_count(triad, n)](const Call& call) {
    triad_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(call.stream())>>>(
        call.buffer<float4>(kA), call.buffer<const float4>(kB), call.buffer<const float4>(kC));
    check_cuda(cudaGetLastError());
  };
  triad.reference = [n](const Call& call, double* const* expected) { reference(call, expected[0], kC, kScalar, n); };
  return triad;
}

}  // namespace ratchet::kernels::bandwidth
