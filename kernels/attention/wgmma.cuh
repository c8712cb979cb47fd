// The matrix instructions of a warpgroup (four warps, 64 rows) on sm_90a: PTX ISA, "Asynchronous warpgroup level matrix
// instructions". b lies in shared memory, a there or in registers, c in registers in FP32: with g = lane / 4 and
// t = lane % 4, warp w of the group holds rows 16 w + g (c[4 n], c[4 n + 1]) and 16 w + g + 8 (c[4 n + 2], c[4 n + 3])
// at columns 8 n + 2 t and 8 n + 2 t + 1. An a in registers has the layout of mma.m16n8k16, so that two neighbours of 8
// columns of a result are the operand of the next product.
//
// The instructions run behind the threads' back: between the fence and the wait nothing may touch c, or the compiler
// serialises them, and only says so (C7510 to C7519).
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <type_traits>

namespace ratchet::kernels::attention {

// wgmma.fence: orders the registers of c and a before the next multiplication.
__device__ inline void warpgroup_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

// wgmma.commit_group: what was issued since the last one is a group.
__device__ inline void warpgroup_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

// wgmma.wait_group: until at most kPending groups are under way.
template <int kPending>
__device__ void warpgroup_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kPending) : "memory");
}

// The compiler does not know that a wait writes c: nothing that reads c may move above this.
template <int kCount>
__device__ void pin(float (&c)[kCount]) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) asm volatile("" : "+f"(c[i])::"memory");
}

// setmaxnreg: registers a thread of the calling warpgroup.
template <int kRegisters>
__device__ void take_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
}
template <int kRegisters>
__device__ void leave_registers() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
}

// A matrix in shared memory as TMA writes it with CU_TENSOR_MAP_SWIZZLE_128B: rows of 64 elements (128 bytes), 1024
// bytes aligned. Rows are the m or n of a product whose k runs along the row ("k-major"): 8 rows are 1024 bytes apart,
// and a step of 16 in k is 32 bytes further. Or rows are its k ("transposed"): a step of 16 in k is 2048 bytes further,
// and `panel_bytes` lie between columns 0 .. 63 and columns 64 .. 127.
// Its low word is a sum, so that a loop only adds: an offset of n bytes is n / 16. Addresses stay below 256 KiB.
__device__ inline std::uint32_t descriptor(std::uint32_t address, std::uint32_t panel_bytes = 16) {
  return address / 16 | panel_bytes / 16 << 16;
}
__device__ inline std::uint64_t whole_descriptor(std::uint32_t low) {
  constexpr std::uint64_t kSwizzle128 = std::uint64_t{1} << 62;
  return kSwizzle128 | std::uint64_t{1024 / 16} << 32 | low;
}

#define RATCHET_8(c, i)                                                                                       \
  "+f"(c[i]), "+f"(c[i + 1]), "+f"(c[i + 2]), "+f"(c[i + 3]), "+f"(c[i + 4]), "+f"(c[i + 5]), "+f"(c[i + 6]), \
      "+f"(c[i + 7])

#define RATCHET_WGMMA_SS_64(TYPE)                                                         \
  asm volatile(                                                                           \
      "{\n.reg .pred add;\nsetp.ne.b32 add, %34, 0;\n"                                    \
      "wgmma.mma_async.sync.aligned.m64n64k16.f32." TYPE "." TYPE                         \
      " "                                                                                 \
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "           \
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, " \
      "%32, %33, add, 1, 1, 0, 0;\n}"                                                     \
      : RATCHET_8(c, 0), RATCHET_8(c, 8), RATCHET_8(c, 16), RATCHET_8(c, 24)              \
      : "l"(a), "l"(b), "r"(add))

#define RATCHET_WGMMA_SS_128(TYPE)                                                                                \
  asm volatile(                                                                                                   \
      "{\n.reg .pred add;\nsetp.ne.b32 add, %66, 0;\n"                                                            \
      "wgmma.mma_async.sync.aligned.m64n128k16.f32." TYPE "." TYPE                                                \
      " "                                                                                                         \
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                                   \
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "                          \
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "                          \
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "                         \
      "%64, %65, add, 1, 1, 0, 0;\n}"                                                                             \
      : RATCHET_8(c, 0), RATCHET_8(c, 8), RATCHET_8(c, 16), RATCHET_8(c, 24), RATCHET_8(c, 32), RATCHET_8(c, 40), \
        RATCHET_8(c, 48), RATCHET_8(c, 56)                                                                        \
      : "l"(a), "l"(b), "r"(add))

#define RATCHET_WGMMA_RS_64(TYPE)                                                         \
  asm volatile(                                                                           \
      "{\n.reg .pred add;\nsetp.ne.b32 add, %37, 0;\n"                                    \
      "wgmma.mma_async.sync.aligned.m64n64k16.f32." TYPE "." TYPE                         \
      " "                                                                                 \
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "           \
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, " \
      "{%32, %33, %34, %35}, %36, add, 1, 1, 1;\n}"                                       \
      : RATCHET_8(c, 0), RATCHET_8(c, 8), RATCHET_8(c, 16), RATCHET_8(c, 24)              \
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add))

#define RATCHET_WGMMA_RS_128(TYPE)                                                                                \
  asm volatile(                                                                                                   \
      "{\n.reg .pred add;\nsetp.ne.b32 add, %69, 0;\n"                                                            \
      "wgmma.mma_async.sync.aligned.m64n128k16.f32." TYPE "." TYPE                                                \
      " "                                                                                                         \
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                                   \
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "                          \
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "                          \
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "                         \
      "{%64, %65, %66, %67}, %68, add, 1, 1, 1;\n}"                                                               \
      : RATCHET_8(c, 0), RATCHET_8(c, 8), RATCHET_8(c, 16), RATCHET_8(c, 24), RATCHET_8(c, 32), RATCHET_8(c, 40), \
        RATCHET_8(c, 48), RATCHET_8(c, 56)                                                                        \
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add))

// wgmma.mma_async, both operands in shared memory, k-major: c = a b^T, or c += a b^T if add. 64 x N x 16.
template <class T, int kCount>
__device__ void multiply_shared(float (&c)[kCount], std::uint64_t a, std::uint64_t b, int add) {
  constexpr bool kHalf = std::is_same_v<T, __half>;
  static_assert(kHalf || std::is_same_v<T, __nv_bfloat16>);
  static_assert(kCount == 32 || kCount == 64);
  if constexpr (kCount == 32 && kHalf) RATCHET_WGMMA_SS_64("f16");
  if constexpr (kCount == 32 && !kHalf) RATCHET_WGMMA_SS_64("bf16");
  if constexpr (kCount == 64 && kHalf) RATCHET_WGMMA_SS_128("f16");
  if constexpr (kCount == 64 && !kHalf) RATCHET_WGMMA_SS_128("bf16");
}

// wgmma.mma_async, a in registers, b in shared memory, transposed: c = a b, or c += a b if add. 64 x N x 16.
template <class T, int kCount>
__device__ void multiply_registers(float (&c)[kCount], const std::uint32_t (&a)[4], std::uint64_t b, int add) {
  constexpr bool kHalf = std::is_same_v<T, __half>;
  static_assert(kHalf || std::is_same_v<T, __nv_bfloat16>);
  static_assert(kCount == 32 || kCount == 64);
  if constexpr (kCount == 32 && kHalf) RATCHET_WGMMA_RS_64("f16");
  if constexpr (kCount == 32 && !kHalf) RATCHET_WGMMA_RS_64("bf16");
  if constexpr (kCount == 64 && kHalf) RATCHET_WGMMA_RS_128("f16");
  if constexpr (kCount == 64 && !kHalf) RATCHET_WGMMA_RS_128("bf16");
}

#undef RATCHET_WGMMA_SS_64
#undef RATCHET_WGMMA_SS_128
#undef RATCHET_WGMMA_RS_64
#undef RATCHET_WGMMA_RS_128
#undef RATCHET_8

}  // namespace ratchet::kernels::attention
