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

// One warpgroup's 64 queries of every work item of this block. One long function: the same steps as methods of a struct
// took about 2 % longer on an H100 (D = 64, S = 512 and 1024), with 40 instructions more.
template <class T, class Plan, bool kCausal>
__device__ void consume(const WarpgroupMemory<Plan>& memory, const WarpgroupArguments& arguments, int group) {
  const unsigned lane = threadIdx.x % 32;
  const int warp = __shfl_sync(0xFFFFFFFF, static_cast<int>(threadIdx.x / 32 % 4), 0);
  const float scale = kLog2E * rsqrtf(static_cast<float>(Plan::kD));
  const auto arrive = [lane](std::uint32_t barrier) {
    if (lane == 0) barrier_arrive(barrier);
  };
  const std::uint32_t key_descriptor = descriptor(memory.key(0));
  const std::uint32_t value_descriptor = descriptor(memory.value(0), Plan::kKeys * Plan::kRowBytes);
  Place<Plan::kQueryStages> at_query;
  Place<Plan::kStages> at_key;
  Place<Plan::kStages> at_value;

  for (int index = 0;; ++index) {
    const WorkItem item = work_item<Plan, kCausal>(index, arguments.heads, arguments.blocks_a_head);
    if (!item.exists) break;
    const int first_query = item.query + 64 * group;
    const int row = first_query + warp * 16 + static_cast<int>(lane / 4);
    const int loaded = tiles_seen<Plan, kCausal>(item.query + Plan::kRows, arguments.tokens);
    const int mine = first_query < arguments.tokens ? tiles_seen<Plan, kCausal>(first_query + 64, arguments.tokens) : 0;
    for (int tile = loaded; tile > mine; --tile) {
      barrier_wait(memory.key_full(at_key.stage), at_key.parity);
      arrive(memory.key_empty(at_key.stage));
      at_key.advance();
      barrier_wait(memory.value_full(at_value.stage), at_value.parity);
      arrive(memory.value_empty(at_value.stage));
      at_value.advance();
    }
    barrier_wait(memory.query_full(at_query.stage), at_query.parity);
    const std::uint32_t queries = memory.query(at_query.stage) + static_cast<unsigned>(group) * 64 * Plan::kRowBytes;

    if (mine == 0) {
      arrive(memory.query_empty(at_query.stage));
      at_query.advance();
      continue;
    }
    const std::uint32_t query_descriptor = descriptor(queries);
    OnlineSoftmax softmax;
    float correction[2];
    float s[Plan::kKeys / 2];
    float o[Plan::kD / 2];
    std::uint32_t p[Plan::kKeys / 16][4];
    const auto pack_all = [&] {
#pragma unroll
      for (int step = 0; step < Plan::kKeys / 16; ++step) pack_operand<T>(p[step], s, step);
    };
    const auto start_scores = [&] {
      barrier_wait(memory.key_full(at_key.stage), at_key.parity);
      issue_scores<T, Plan>(s, query_descriptor,
                            key_descriptor + static_cast<unsigned>(at_key.stage) * (Plan::kTileBytes / 16));
    };
    const auto keys_read = [&] {
      arrive(memory.key_empty(at_key.stage));
      at_key.advance();
    };
    const auto start_values = [&](bool first) {
      barrier_wait(memory.value_full(at_value.stage), at_value.parity);
      issue_values<T, Plan>(o, p, value_descriptor + static_cast<unsigned>(at_value.stage) * (Plan::kTileBytes / 16),
                            first);
    };
    const auto values_read = [&] {
      pin(o);
      arrive(memory.value_empty(at_value.stage));
      at_value.advance();
    };
    const auto mask_last = [&] {
      const int first_key = (mine - 1) * Plan::kKeys;
      if (kCausal || first_key + Plan::kKeys > arguments.tokens)
        mask<kCausal>(s, first_key, row, arguments.tokens, lane);
    };
    // Probabilities, hoping that no score outgrew the maximum; true if the output is to be corrected.
    const auto exponentiate = [&] {
      bool raised = false;
      if (!softmax.try_exponentiate(s, scale)) {
        scores_again<T, Plan>(s, queries, memory.key(at_key.stage), warp, lane);
        raised = softmax.raise(s, scale, correction);
        softmax.exponentiate(s, scale);
      }
      keys_read();
      return raised;
    };
    start_scores();
    warpgroup_wait<0>();
    pin(s);
    mask_last();
    softmax.raise(s, scale, correction);
    softmax.exponentiate(s, scale);
    keys_read();
    pack_all();
    for (int tile = mine - 2; tile >= 0; --tile) {
      const bool first = tile == mine - 2;
      if constexpr (Plan::kSchedule == Schedule::ValuesOver) {
        start_scores();
        start_values(first);
        warpgroup_wait<1>();
        pin(s);
        const bool raised = exponentiate();
        pin(s);  // or the compiler would compute them after the wait
        warpgroup_wait<0>();
        values_read();
        if (raised) rescale(o, correction);
      } else {
        start_values(first);
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
    arrive(memory.query_empty(at_query.stage));
    at_query.advance();
    start_values(mine == 1);
    warpgroup_wait<0>();
    values_read();
    finish<T>(arguments, softmax, o, item.head, row, lane);
  }
}

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
    consume<T, Plan, kCausal>(memory, arguments, group - 1);
  }
#endif
}

}  // namespace ratchet::kernels::attention
