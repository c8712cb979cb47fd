// How attention on sm_90a is cut into work: the plan of a kernel, its work items, its shared memory, and the one warp
// that fetches. warpgroup.cuh has the arithmetic.
#pragma once

#include "kernels/attention/fragment.cuh"
#include "kernels/attention/tma.cuh"

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
  int end = 0;  // in place of padding, which has no value: launches are compared byte by byte
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

}  // namespace ratchet::kernels::attention
