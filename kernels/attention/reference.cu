// The definition of attention on the device, in double from the same 16-bit inputs: all scores of a row, their softmax,
// the weighted sum. Plain on purpose (FP64, no tiles) and without a line of the fast versions.
#include "kernels/attention/attention.h"
#include "kernels/attention/element.cuh"
#include "kernels/check_cuda.h"

namespace ratchet::kernels::attention {
namespace {

constexpr int kWarp = 32;
constexpr unsigned kMaxHeadDim = 128;
constexpr unsigned kVector = 8;  // elements in 16 bytes; a head's dimension is a multiple of it
constexpr unsigned kMaxTokens = 5800;  // a row of scores and a query, in double, in the 48 KiB that any launch may use

__device__ double warp_max(double x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x = fmax(x, __shfl_xor_sync(0xFFFFFFFF, x, step));
  return x;
}

__device__ double warp_sum(double x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x += __shfl_xor_sync(0xFFFFFFFF, x, step);
  return x;
}

}  // namespace

// A block is one warp and computes one row.
template <class T>
__global__ void reference_kernel(const T* q, const T* k, const T* v, double* o, double* log_sum_exp, unsigned tokens,
                                 unsigned head_dim, unsigned chunk, bool causal) {
  using E = Element<T>;
  extern __shared__ double weight[];  // tokens, and one more: the compiler reads them in pairs
  __shared__ double query[kMaxHeadDim];
  const unsigned lane = threadIdx.x;
  const std::size_t row = blockIdx.x;
  const unsigned token = blockIdx.x % tokens;
  const unsigned first = token / chunk * chunk;  // of the keys that this query sees
  const unsigned keys = (causal ? token + 1 : min(first + chunk, tokens)) - first;
  q += row * head_dim;
  k += (row - token + first) * head_dim;
  v += (row - token + first) * head_dim;

  for (unsigned d = lane; d < head_dim; d += kWarp) query[d] = E::wide(q[d]) / sqrt(static_cast<double>(head_dim));
  __syncthreads();
  double largest = -INFINITY;
  for (unsigned key = lane; key < keys; key += kWarp) {
    // 16 bytes a load: neighbouring lanes read different rows.
    const auto* const row_of_k = reinterpret_cast<const uint4*>(k + std::size_t{key} * head_dim);
    double score = 0;
    for (unsigned d = 0; d < head_dim; d += kVector) {
      const uint4 loaded = row_of_k[d / kVector];
      const auto* const values = reinterpret_cast<const T*>(&loaded);
#pragma unroll
      for (unsigned i = 0; i < kVector; ++i) score += query[d + i] * E::wide(values[i]);
    }
    weight[key] = score;
    largest = fmax(largest, score);
  }
  largest = warp_max(largest);
  double sum = 0;
  for (unsigned key = lane; key < keys; key += kWarp) {
    weight[key] = exp(weight[key] - largest);
    sum += weight[key];
  }
  sum = warp_sum(sum);
  if (log_sum_exp != nullptr && lane == 0) log_sum_exp[row] = largest + log(sum);
  __syncthreads();
  for (unsigned d = lane; d < head_dim; d += kWarp) {
    double total = 0;
#pragma unroll 8
    for (unsigned key = 0; key < keys; ++key) total += weight[key] * E::wide(v[std::size_t{key} * head_dim + d]);
    o[row * head_dim + d] = total / sum;
  }
}

namespace {

template <class T>
void launch(const Shape& shape, const Call& call, double* expected, double* log_sum_exp) {
  auto* stream = static_cast<cudaStream_t>(call.stream());
  reference_kernel<T><<<static_cast<unsigned>(shape.rows()), kWarp, (shape.tokens + 1) * sizeof(double), stream>>>(
      call.buffer<const T>(kQ), call.buffer<const T>(kK), call.buffer<const T>(kV), expected, log_sum_exp, shape.tokens,
      shape.head_dim, shape.chunk == 0 ? shape.tokens : shape.chunk, shape.causal);
  check_cuda(cudaGetLastError());
  check_cuda(cudaStreamSynchronize(stream));
}

}  // namespace

void reference_cuda(const Shape& shape, ratchet_type type, const Call& call, double* const* expected, LogSumExp lse) {
  if (shape.tokens > kMaxTokens) {
    throw std::invalid_argument("attention on CUDA: the reference takes at most S=" + std::to_string(kMaxTokens));
  }
  by_type(type, &launch<__half>, &launch<__nv_bfloat16>)(shape, call, expected[0],
                                                         lse == LogSumExp::Written ? expected[1] : nullptr);
}

}  // namespace ratchet::kernels::attention
