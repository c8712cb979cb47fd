// Attention on sm_90a for sequences so short that all keys of a query are one tile. one_pass.cu launches.
#pragma once

#include "kernels/attention/warpgroup.cuh"

namespace ratchet::kernels::attention {

template <int kDim, int kKeysAtOnce, int kBlocksAnSm>
struct OnePassPlan {
  static constexpr int kD = kDim;
  static constexpr int kRows = 64;  // of queries: one warpgroup
  static constexpr int kKeys = kKeysAtOnce;
  static constexpr int kBlocks = kBlocksAnSm;
  static constexpr int kThreads = 128;
  static constexpr int kPanels = kD / kPanel;
  static constexpr int kRowBytes = 2 * kPanel;
  static constexpr int kQueryBytes = kPanels * kRows * kRowBytes;
  static constexpr int kTileBytes = kPanels * kKeys * kRowBytes;
  static constexpr int kSharedBytes = kQueryBytes + 2 * kTileBytes + 1024;
};

// Grid: blocks of queries (x), heads (y).
template <class T, class Plan, bool kCausal>
__global__ void __launch_bounds__(Plan::kThreads, Plan::kBlocks)
    one_pass_kernel(const __grid_constant__ CUtensorMap q_map, const __grid_constant__ CUtensorMap k_map,
                    const __grid_constant__ CUtensorMap v_map, const __grid_constant__ WarpgroupArguments arguments) {
#ifdef RATCHET_SM90A
  extern __shared__ unsigned char raw[];
  __shared__ std::uint64_t barriers[2];
  const std::uint32_t queries = (shared_address(raw) + 1023) / 1024 * 1024;
  const std::uint32_t keys = queries + Plan::kQueryBytes;
  const std::uint32_t values = keys + Plan::kTileBytes;
  const std::uint32_t scores_ready = shared_address(barriers);
  const std::uint32_t values_ready = scores_ready + 8;
  const int query = static_cast<int>(blockIdx.x) * Plan::kRows;
  const int head = static_cast<int>(blockIdx.y);
  if (threadIdx.x == 0) {
    barrier_init(scores_ready, 1);
    barrier_init(values_ready, 1);
    barrier_init_fence();
    barrier_arrive_expecting(scores_ready, Plan::kQueryBytes + Plan::kTileBytes);
    copy_matrix<Plan>(queries, q_map, Plan::kRows, query, head, scores_ready);
    copy_matrix<Plan>(keys, k_map, Plan::kKeys, 0, head, scores_ready);
    barrier_arrive_expecting(values_ready, Plan::kTileBytes);
    copy_matrix<Plan>(values, v_map, Plan::kKeys, 0, head, values_ready);
  }
  __syncthreads();

  const unsigned lane = threadIdx.x % 32;
  const int row = query + static_cast<int>(threadIdx.x / 32 * 16 + lane / 4);
  const float scale = kLog2E * rsqrtf(static_cast<float>(Plan::kD));
  OnlineSoftmax softmax;
  float correction[2];
  float s[Plan::kKeys / 2];
  float o[Plan::kD / 2];
  std::uint32_t p[Plan::kKeys / 16][4];
  barrier_wait(scores_ready, 0);
  issue_scores<T, Plan>(s, descriptor(queries), descriptor(keys));
  warpgroup_wait<0>();
  pin(s);
  if (kCausal || Plan::kKeys > arguments.tokens) mask<kCausal>(s, 0, row, arguments.tokens, lane);
  softmax.raise(s, scale, correction);
  softmax.exponentiate(s, scale);
#pragma unroll
  for (int step = 0; step < Plan::kKeys / 16; ++step) pack_operand<T>(p[step], s, step);
  barrier_wait(values_ready, 0);
  issue_values<T, Plan>(o, p, descriptor(values, Plan::kKeys * Plan::kRowBytes), true);
  warpgroup_wait<0>();
  pin(o);
  finish<T>(arguments, softmax, o, head, row, lane);
#endif
}

}  // namespace ratchet::kernels::attention
