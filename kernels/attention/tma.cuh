// The tensor memory accelerator of sm_90 and the barriers in shared memory that its copies complete on: one PTX
// instruction a function, named in its comment (PTX ISA, "Asynchronous copy" and "mbarrier"). Addresses are 32-bit
// shared-memory addresses.
#pragma once

#include <cuda.h>

#include <cstdint>

namespace ratchet::kernels::attention {

// mbarrier.init: a phase ends after `arrivals` arrivals and all bytes that they announced.
__device__ inline void barrier_init(std::uint32_t barrier, std::uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

// fence.mbarrier_init: makes the barriers known to the copy engine; a __syncthreads must follow for the other threads.
__device__ inline void barrier_init_fence() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

// mbarrier.arrive
__device__ inline void barrier_arrive(std::uint32_t barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

// mbarrier.arrive.expect_tx: one arrival that announces bytes still to be copied.
__device__ inline void barrier_arrive_expecting(std::uint32_t barrier, std::uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

// mbarrier.try_wait.parity: until the phase of this parity has ended. The first phase has parity 0; on a fresh barrier
// the wait for parity 1 returns at once.
__device__ inline void barrier_wait(std::uint32_t barrier, std::uint32_t parity) {
  asm volatile(
      "{\n"
      ".reg .pred done;\n"
      "again:\n"
      "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@!done bra again;\n"
      "}" ::"r"(barrier),
      "r"(parity)
      : "memory");
}

// cp.async.bulk.tensor.3d: the box of the map at (column, row, plane) into shared memory; what lies outside the tensor
// arrives as zeros and counts as bytes.
__device__ inline void copy_box(std::uint32_t target, const CUtensorMap& map, int column, int row, int plane,
                                std::uint32_t barrier) {
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4}], [%5];" ::
          "r"(target),
      "l"(&map), "r"(column), "r"(row), "r"(plane), "r"(barrier)
      : "memory");
}

// prefetch.tensormap
__device__ inline void prefetch_map(const CUtensorMap& map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(&map) : "memory");
}

}  // namespace ratchet::kernels::attention
