// Attention on sm_90a: one warp keeps the tensor memory accelerator busy, warpgroups of 64 queries each do the
// arithmetic. The kernel as a template over its plan; warpgroup.cu chooses plans and launches.
#pragma once

#include "kernels/attention/mma.cuh"
#include "kernels/attention/warpgroup_plan.cuh"
#include "kernels/attention/wgmma.cuh"

#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define RATCHET_SM90A 1
#endif

namespace ratchet::kernels::attention {

// s = q k^T for the 64 queries of a warpgroup, issued and committed. Queries and keys are the low words of descriptors.
template <class T, class Plan>
__device__ void issue_scores(float (&s)[Plan::kKeys / 2], std::uint32_t queries, std::uint32_t keys) {
  pin(s);
  warpgroup_fence();
#pragma unroll
  for (int step = 0; step < Plan::kD / 16; ++step) {
    const auto panel = static_cast<unsigned>(step * 16 / kPanel);
    const auto inside = static_cast<unsigned>(step * 16 % kPanel * 2);
    multiply_shared<T>(s, whole_descriptor(queries + (panel * Plan::kRows * Plan::kRowBytes + inside) / 16),
                       whole_descriptor(keys + (panel * Plan::kKeys * Plan::kRowBytes + inside) / 16), step > 0);
  }
  warpgroup_commit();
}

// o += p v, issued and committed; o = p v if it is the first. Values are the low word of a descriptor.
template <class T, class Plan>
__device__ void issue_values(float (&o)[Plan::kD / 2], const std::uint32_t (&p)[Plan::kKeys / 16][4],
                             std::uint32_t values, bool first) {
  pin(o);
  warpgroup_fence();
#pragma unroll
  for (int step = 0; step < Plan::kKeys / 16; ++step) {
    multiply_registers<T>(o, p[step], whole_descriptor(values + static_cast<unsigned>(step * Plan::kRowBytes)),
                          step > 0 || !first);
  }
  warpgroup_commit();
}

// The same scores once more for one warp alone, which the others do not wait for: by mma.m16n8k16, whose results lie in
// the same registers. Queries and keys are addresses. Rare, so it is short rather than fast.
template <class T, class Plan>
__device__ __forceinline__ void scores_again(float (&s)[Plan::kKeys / 2], std::uint32_t queries, std::uint32_t keys,
                                             int warp, unsigned lane) {
  const auto chunk = [](std::uint32_t matrix, unsigned row, unsigned column) {  // as the 128-byte swizzle puts it
    return matrix + row * Plan::kRowBytes + (column / 8 ^ row % 8) * 16;
  };
#pragma unroll
  for (float& x : s) x = 0;
#pragma unroll 1
  for (unsigned d = 0; d < Plan::kD; d += 16) {
    const std::uint32_t query_panel = queries + d / kPanel * Plan::kRows * Plan::kRowBytes;
    const std::uint32_t key_panel = keys + d / kPanel * Plan::kKeys * Plan::kRowBytes;
    std::uint32_t a[4];
    load_matrices(a, chunk(query_panel, static_cast<unsigned>(warp) * 16 + lane % 16, d % kPanel + lane / 16 * 8));
#pragma unroll
    for (int pair = 0; pair < Plan::kKeys / 16; ++pair) {
      std::uint32_t b[4];
      load_matrices(b, chunk(key_panel, static_cast<unsigned>(pair) * 16 + lane / 16 * 8 + lane % 8,
                             d % kPanel + lane / 8 % 2 * 8));
#pragma unroll
      for (int n = 0; n < 2; ++n) multiply_add<T>(&s[8 * pair + 4 * n], a, b[2 * n], b[2 * n + 1]);
    }
  }
}

template <class T, int kCount>
__device__ void finish(const WarpgroupArguments& arguments, const OnlineSoftmax& softmax, const float (&o)[kCount],
                       int head, int row, unsigned lane) {
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int query = row + 8 * half;
    const bool inside = query < arguments.tokens;
    const float sum = quad_sum(softmax.sum[half]);
    const std::size_t at =
        static_cast<std::size_t>(head) * static_cast<unsigned>(arguments.tokens) + static_cast<unsigned>(query);
    store_row(static_cast<T*>(arguments.output) + at * (2 * kCount), o, half, 1 / sum, lane, inside);
    if (arguments.log_sum_exp != nullptr && inside && lane % 4 == 0) {
      arguments.log_sum_exp[at] = (softmax.largest[half] + log2f(sum)) * kLn2;
    }
  }
}

// One warpgroup: its 64 queries of every work item of this block. Everything stays in registers, so all is inlined.
template <class T, class Plan, bool kCausal>
struct Consumer {
  const WarpgroupMemory<Plan>& memory;
  const WarpgroupArguments& arguments;
  const int group;
  const unsigned lane = threadIdx.x % 32;
  const int warp = __shfl_sync(0xFFFFFFFF, static_cast<int>(threadIdx.x / 32 % 4), 0);
  const float scale = kLog2E * rsqrtf(static_cast<float>(Plan::kD));
  const std::uint32_t key_descriptor = descriptor(memory.key(0));
  const std::uint32_t value_descriptor = descriptor(memory.value(0), Plan::kKeys* Plan::kRowBytes);
  Place<Plan::kQueryStages> at_query{};
  Place<Plan::kStages> at_key{};
  Place<Plan::kStages> at_value{};

  std::uint32_t queries = 0;  // address of this warpgroup's, for the current work item
  OnlineSoftmax softmax{};
  float correction[2];
  float s[Plan::kKeys / 2];  // scores, then probabilities
  float o[Plan::kD / 2];
  std::uint32_t p[Plan::kKeys / 16][4];  // probabilities as an operand

  __device__ __forceinline__ void arrive(std::uint32_t barrier) const {
    if (lane == 0) barrier_arrive(barrier);
  }
  __device__ __forceinline__ void start_scores() {
    barrier_wait(memory.key_full(at_key.stage), at_key.parity);
    issue_scores<T, Plan>(s, descriptor(queries),
                          key_descriptor + static_cast<unsigned>(at_key.stage) * (Plan::kTileBytes / 16));
  }
  __device__ __forceinline__ void keys_read() {
    arrive(memory.key_empty(at_key.stage));
    at_key.advance();
  }
  __device__ __forceinline__ void start_values(bool first) {
    barrier_wait(memory.value_full(at_value.stage), at_value.parity);
    issue_values<T, Plan>(o, p, value_descriptor + static_cast<unsigned>(at_value.stage) * (Plan::kTileBytes / 16),
                          first);
  }
  __device__ __forceinline__ void values_read() {
    pin(o);
    arrive(memory.value_empty(at_value.stage));
    at_value.advance();
  }
  __device__ __forceinline__ void queries_read() {
    arrive(memory.query_empty(at_query.stage));
    at_query.advance();
  }
  // A tile that another warpgroup of the block needs and this one does not.
  __device__ __forceinline__ void skip_tile() {
    barrier_wait(memory.key_full(at_key.stage), at_key.parity);
    keys_read();
    barrier_wait(memory.value_full(at_value.stage), at_value.parity);
    arrive(memory.value_empty(at_value.stage));
    at_value.advance();
  }
  __device__ __forceinline__ void pack_all() {
#pragma unroll
    for (int step = 0; step < Plan::kKeys / 16; ++step) pack_operand<T>(p[step], s, step);
  }

  // The tile that comes first is the last one seen: it alone can hold keys that are not, and its maximum is computed.
  __device__ __forceinline__ void first_tile(int first_key, int row) {
    start_scores();
    warpgroup_wait<0>();
    pin(s);
    if (kCausal || first_key + Plan::kKeys > arguments.tokens) {
      mask<kCausal>(s, first_key, row, arguments.tokens, lane);
    }
    softmax = OnlineSoftmax{};
    softmax.raise(s, scale, correction);
    softmax.exponentiate(s, scale);
    keys_read();
    pack_all();
  }

  // Probabilities, hoping that no score outgrew the maximum; true if the output is to be corrected.
  __device__ __forceinline__ bool exponentiate() {
    bool raised = false;
    if (!softmax.try_exponentiate(s, scale)) {
      scores_again<T, Plan>(s, queries, memory.key(at_key.stage), warp, lane);
      raised = softmax.raise(s, scale, correction);
      softmax.exponentiate(s, scale);
    }
    keys_read();
    return raised;
  }

  // The values of the tile before, and the probabilities of this one.
  __device__ __forceinline__ void next_tile(bool first_values) {
    if constexpr (Plan::kSchedule == Schedule::ValuesOver) {
      start_scores();
      start_values(first_values);
      warpgroup_wait<1>();
      pin(s);
      const bool raised = exponentiate();
      pin(s);  // or the compiler would compute them after the wait
      warpgroup_wait<0>();
      values_read();
      if (raised) rescale(o, correction);
    } else {
      start_values(first_values);
      barrier_wait(memory.key_full(at_key.stage), at_key.parity);
      warpgroup_wait<0>();
      values_read();
      start_scores();
      warpgroup_wait<0>();
      pin(s);
      if (exponentiate()) rescale(o, correction);
    }
    pack_all();
  }

  __device__ __forceinline__ void attend(const WorkItem& item) {
    const int first_query = item.query + 64 * group;
    const int row = first_query + warp * 16 + static_cast<int>(lane / 4);
    const int mine = first_query < arguments.tokens ? tiles_seen<Plan, kCausal>(first_query + 64, arguments.tokens) : 0;
    for (int tile = tiles_seen<Plan, kCausal>(item.query + Plan::kRows, arguments.tokens); tile > mine; --tile)
      skip_tile();
    barrier_wait(memory.query_full(at_query.stage), at_query.parity);
    queries = memory.query(at_query.stage) + static_cast<unsigned>(group) * 64 * Plan::kRowBytes;
    if (mine == 0) return queries_read();
    first_tile((mine - 1) * Plan::kKeys, row);
    for (int tile = mine - 2; tile >= 0; --tile) next_tile(tile == mine - 2);
    queries_read();
    start_values(mine == 1);
    warpgroup_wait<0>();
    values_read();
    finish<T>(arguments, softmax, o, item.head, row, lane);
  }

  __device__ __forceinline__ void run() {
    for (int index = 0;; ++index) {
      const WorkItem item = work_item<Plan, kCausal>(index, arguments.heads, arguments.blocks_a_head);
      if (!item.exists) break;
      attend(item);
    }
  }
};

template <class T, class Plan, bool kCausal>
__global__ void __launch_bounds__(Plan::kThreads, Plan::kBlocks)
    warpgroup_kernel(const __grid_constant__ CUtensorMap q_map, const __grid_constant__ CUtensorMap k_map,
                     const __grid_constant__ CUtensorMap v_map, const __grid_constant__ WarpgroupArguments arguments) {
#ifdef RATCHET_SM90A
  extern __shared__ unsigned char raw[];
  const WarpgroupMemory<Plan> memory(raw);
  const int group = __shfl_sync(0xFFFFFFFF, static_cast<int>(threadIdx.x / 128), 0);  // uniform, and known to be
  if (threadIdx.x == 0) {
    prefetch_map(q_map);
    prefetch_map(k_map);
    prefetch_map(v_map);
    memory.init();
  }
  __syncthreads();
  if (group == 0) {
    leave_registers<Plan::kProducerRegisters>();
    if (threadIdx.x == 0) produce<Plan, kCausal>(memory, q_map, k_map, v_map, arguments);
  } else {
    take_registers<Plan::kConsumerRegisters>();
    Consumer<T, Plan, kCausal>{memory, arguments, group - 1}.run();
  }
#endif
}

}  // namespace ratchet::kernels::attention
