// Attention on sm_90a: one warp keeps the tensor memory accelerator busy, warpgroups of 64 queries each do the
// arithmetic. The kernel as a template over its plan; warpgroup.cu chooses plans and launches.
#pragma once

#include "kernels/attention/fragment.cuh"
#include "kernels/attention/mma.cuh"
#include "kernels/attention/tma.cuh"
#include "kernels/attention/wgmma.cuh"

#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define RATCHET_SM90A 1
#endif

namespace ratchet::kernels::attention {

inline constexpr int kPanel = 64;  // columns of a matrix in shared memory: 128 bytes, the widest swizzle

// What a warpgroup has under way while it computes the probabilities of a tile.
enum class Schedule {
  InTurn,     // nothing: other warpgroups keep the tensor cores busy
  ValuesOver  // the product with the values of the tile before
};

template <int kDim, int kGroups, int kKeysATile, int kRing, Schedule kOrder, int kBlocksAnSm, bool kStays>
struct WarpgroupPlan {
  static constexpr int kD = kDim;
  static constexpr int kWarpgroups = kGroups;  // that multiply, of 64 queries each
  static constexpr int kRows = 64 * kGroups;
  static constexpr int kKeys = kKeysATile;
  static constexpr int kStages = kRing;  // tiles of keys, and of values, on their way or in use
  static constexpr bool kPersistent = kStays;
  static constexpr int kQueryStages = kPersistent ? 2 : 1;  // 2: the next block's queries arrive during this one
  static constexpr Schedule kSchedule = kOrder;
  static constexpr int kBlocks = kBlocksAnSm;
  static constexpr int kThreads = 128 * (kGroups + 1);
  static constexpr int kPanels = kD / kPanel;
  static constexpr int kRowBytes = 2 * kPanel;
  static constexpr int kQueryBytes = kPanels * kRows * kRowBytes;
  static constexpr int kTileBytes = kPanels * kKeys * kRowBytes;
  static constexpr int kBarriers = 2 * kQueryStages + 4 * kStages;
  static constexpr int kSharedBytes = kQueryStages * kQueryBytes + 2 * kStages * kTileBytes + 8 * kBarriers + 1024;

  // 64 Ki registers an SM, given out in eights. What the producer leaves is shared by the others.
  static constexpr int kEntryRegisters = 65536 / (kThreads * kBlocks) / 8 * 8 > 168
                                             ? 168
                                             : 65536 / (kThreads * kBlocks) / 8 * 8;
  static constexpr int kProducerRegisters = 32;
  static constexpr int kShare = (kEntryRegisters * (kGroups + 1) - kProducerRegisters) / kGroups / 8 * 8;
  static constexpr int kConsumerRegisters = kShare > 240 ? 240 : kShare;
};

struct WorkItem {
  int head = 0;
  int query = 0;
  bool exists = true;
};

inline constexpr int kHeadsTogether = 32;  // whose keys and values stay in L2: 8 MiB at S = 1024

// The index-th block of queries that a block works on. Persistent: every gridDim.x-th of all, heads one after the
// other. Otherwise the grid says it, without a division, and the hardware gives the next block to the SM that is free:
// if causal, kHeadsTogether heads at a time (x), last queries, which see most keys, first (y), so that what ends last
// is short.
template <class Plan, bool kCausal>
__device__ WorkItem work_item(int index, int heads, int blocks_a_head) {
  if constexpr (Plan::kPersistent) {
    const int block = static_cast<int>(blockIdx.x) + index * static_cast<int>(gridDim.x);
    const int head = block / blocks_a_head;
    const int in_head = block - head * blocks_a_head;
    return {head, (kCausal ? blocks_a_head - 1 - in_head : in_head) * Plan::kRows, block < heads * blocks_a_head};
  } else if constexpr (kCausal) {
    const int head = static_cast<int>(blockIdx.z) * kHeadsTogether + static_cast<int>(blockIdx.x);
    return {head, (blocks_a_head - 1 - static_cast<int>(blockIdx.y)) * Plan::kRows, index == 0 && head < heads};
  } else {
    return {static_cast<int>(blockIdx.y), static_cast<int>(blockIdx.x) * Plan::kRows, index == 0};
  }
}

// The grid for it.
template <class Plan, bool kCausal>
dim3 work_grid(int heads, int blocks_a_head, int multiprocessors) {
  const int places = multiprocessors * Plan::kBlocks;
  const int items = heads * blocks_a_head;
  if constexpr (Plan::kPersistent) return dim3(static_cast<unsigned>(items < places ? items : places));
  if constexpr (!kCausal) return dim3(static_cast<unsigned>(blocks_a_head), static_cast<unsigned>(heads));
  const int together = heads < kHeadsTogether ? heads : kHeadsTogether;
  return dim3(static_cast<unsigned>(together), static_cast<unsigned>(blocks_a_head),
              static_cast<unsigned>((heads + kHeadsTogether - 1) / kHeadsTogether));
}

// A place in a ring of stages, and the parity of its barriers there.
template <int kStages>
struct Place {
  int stage = 0;
  std::uint32_t parity = 0;
  __device__ void advance() {
    if (++stage == kStages) {
      stage = 0;
      parity ^= 1;
    }
  }
};

// Shared memory, as 32-bit addresses.
template <class Plan>
struct WarpgroupMemory {
  std::uint32_t base;
  std::uint32_t barriers;
  __device__ explicit WarpgroupMemory(const void* raw)
      : base((shared_address(raw) + 1023) / 1024 * 1024),
        barriers(base + Plan::kQueryStages * Plan::kQueryBytes + 2 * Plan::kStages * Plan::kTileBytes) {}
  __device__ std::uint32_t query(int stage) const { return base + static_cast<unsigned>(stage) * Plan::kQueryBytes; }
  __device__ std::uint32_t key(int stage) const {
    return base + Plan::kQueryStages * Plan::kQueryBytes + static_cast<unsigned>(stage) * Plan::kTileBytes;
  }
  __device__ std::uint32_t value(int stage) const { return key(Plan::kStages + stage); }
  __device__ std::uint32_t query_full(int stage) const { return barriers + 8U * static_cast<unsigned>(stage); }
  __device__ std::uint32_t query_empty(int stage) const { return query_full(Plan::kQueryStages + stage); }
  __device__ std::uint32_t key_full(int stage) const { return query_full(2 * Plan::kQueryStages + stage); }
  __device__ std::uint32_t key_empty(int stage) const { return key_full(Plan::kStages + stage); }
  __device__ std::uint32_t value_full(int stage) const { return key_full(2 * Plan::kStages + stage); }
  __device__ std::uint32_t value_empty(int stage) const { return key_full(3 * Plan::kStages + stage); }

  __device__ void init() const {
    for (int i = 0; i < Plan::kQueryStages; ++i) {
      barrier_init(query_full(i), 1);
      barrier_init(query_empty(i), 4 * Plan::kWarpgroups);  // a warp arrives when its own reads are done
    }
    for (int i = 0; i < Plan::kStages; ++i) {
      barrier_init(key_full(i), 1);
      barrier_init(key_empty(i), 4 * Plan::kWarpgroups);
      barrier_init(value_full(i), 1);
      barrier_init(value_empty(i), 4 * Plan::kWarpgroups);
    }
    barrier_init_fence();
  }
};

struct WarpgroupArguments {
  void* output;
  float* log_sum_exp;  // or NULL
  int tokens;
  int heads;  // of all batches
  int blocks_a_head;
};

// Tiles that hold a key seen by queries below `end_query`.
template <class Plan, bool kCausal>
__device__ int tiles_seen(int end_query, int tokens) {
  return ((kCausal ? min(end_query, tokens) : tokens) + Plan::kKeys - 1) / Plan::kKeys;
}

// One thread: `rows` rows of one head, panel after panel.
template <class Plan>
__device__ void copy_matrix(std::uint32_t target, const CUtensorMap& map, int rows, int row, int head,
                            std::uint32_t full) {
#pragma unroll
  for (int panel = 0; panel < Plan::kPanels; ++panel) {
    copy_box(target + static_cast<unsigned>(panel * rows * Plan::kRowBytes), map, panel * kPanel, row, head, full);
  }
}

// One thread: queries, then keys and values from the last seen tile to the first, into rings as they become free.
template <class Plan, bool kCausal>
__device__ void produce(const WarpgroupMemory<Plan>& memory, const CUtensorMap& q_map, const CUtensorMap& k_map,
                        const CUtensorMap& v_map, const WarpgroupArguments& arguments) {
  Place<Plan::kQueryStages> at_query;
  Place<Plan::kStages> at;
  for (int index = 0;; ++index) {
    const WorkItem item = work_item<Plan, kCausal>(index, arguments.heads, arguments.blocks_a_head);
    if (!item.exists) break;
    barrier_wait(memory.query_empty(at_query.stage), at_query.parity ^ 1);
    barrier_arrive_expecting(memory.query_full(at_query.stage), Plan::kQueryBytes);
    copy_matrix<Plan>(memory.query(at_query.stage), q_map, Plan::kRows, item.query, item.head,
                      memory.query_full(at_query.stage));
    at_query.advance();
    for (int tile = tiles_seen<Plan, kCausal>(item.query + Plan::kRows, arguments.tokens) - 1; tile >= 0; --tile) {
      barrier_wait(memory.key_empty(at.stage), at.parity ^ 1);
      barrier_arrive_expecting(memory.key_full(at.stage), Plan::kTileBytes);
      copy_matrix<Plan>(memory.key(at.stage), k_map, Plan::kKeys, tile * Plan::kKeys, item.head,
                        memory.key_full(at.stage));
      barrier_wait(memory.value_empty(at.stage), at.parity ^ 1);
      barrier_arrive_expecting(memory.value_full(at.stage), Plan::kTileBytes);
      copy_matrix<Plan>(memory.value(at.stage), v_map, Plan::kKeys, tile * Plan::kKeys, item.head,
                        memory.value_full(at.stage));
      at.advance();
    }
  }
}

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

// One warpgroup's 64 queries of every work item of this block.
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
