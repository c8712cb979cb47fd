// The warp-wide instructions of the tensor cores from sm_80 on, and the copies that feed them (PTX ISA, "Matrix
// fragments for mma.m16n8k16"). With g = lane / 4 and t = lane % 4, a lane holds, always as two neighbours in a 32-bit
// register:
//   a, 16 x 16: [g][2t], [g + 8][2t], [g][2t + 8], [g + 8][2t + 8]      b, 16 x 8: [2t][g], [2t + 8][g], neighbours in
//   k c, 16 x 8 in FP32: c[0..1] = [g][2t, 2t + 1], c[2..3] = [g + 8][2t, 2t + 1]
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <type_traits>

namespace ratchet::kernels::attention {

// Four 8 x 8 matrices of 16-bit elements. Lanes 8 i .. 8 i + 7 give the addresses of the rows of matrix i, 16 bytes
// each in shared memory; lane gets [g][2t, 2t + 1] of matrix i in matrices[i].
__device__ inline void load_matrices(std::uint32_t (&matrices)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(address)
               : "memory");
}

// The same of the transposed matrices: lane gets [2t, 2t + 1][g].
__device__ inline void load_matrices_transposed(std::uint32_t (&matrices)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(address)
               : "memory");
}

// cp.async: 16 bytes from global to shared memory, behind the thread's back; zeros if not `inside`.
__device__ inline void copy_16(std::uint32_t target, const void* source, bool inside) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(source), "r"(inside ? 16 : 0)
               : "memory");
}

// cp.async.wait_all: until this thread's copies have landed; a __syncthreads must follow for those of the others.
__device__ inline void copies_wait() { asm volatile("cp.async.wait_all;" ::: "memory"); }

// cp.async.commit_group and wait_group: until all but the newest kGroups commits of this thread have landed.
__device__ inline void copies_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int kGroups>
__device__ void copies_wait_but() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kGroups) : "memory");
}

// c += a b.
template <class T>
__device__ void multiply_add(float* c, const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  if constexpr (std::is_same_v<T, __half>) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
        "%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  } else {
    static_assert(std::is_same_v<T, __nv_bfloat16>);
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, "
        "%2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  }
}

}  // namespace ratchet::kernels::attention
