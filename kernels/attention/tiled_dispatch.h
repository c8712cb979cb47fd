// A dispatch table of `ratchet tune` over attention/tiled; ratchet/method.md says how a variant is chosen. Written anew it keeps
// the rows of other devices.
#pragma once

#include "kernels/dispatch.h"

namespace ratchet::kernels::dispatch {

inline constexpr std::array<DispatchRow, 17> attention_tiled{{
    // 90: NVIDIA H200, driver 580.159.04, 2026-11-26: ratchet tune attention/tiled
    {90, "B=4,H=8,D=64,dtype=fp16,causal=0", "S", 1, 255, "warps=4,slices=1,keys=64,stages=3"},
    {90, "B=4,H=8,D=64,dtype=fp16,causal=0", "S", 256, 383, "warps=4,slices=1,keys=128,stages=3"},
    {90, "B=4,H=8,D=64,dtype=fp16,causal=0", "S", 384, 767, "warps=4,slices=1,keys=64,stages=3"},  // a tie at some size
    {90, "B=4,H=8,D=64,dtype=fp16,causal=0", "S", 768, 1023, "warps=4,slices=1,keys=64,stages=2"},  // a tie at some size
    {90, "B=4,H=8,D=64,dtype=fp16,causal=0", "S", 1024, 1535, "warps=4,slices=2,keys=64,stages=3"},
    {90, "B=4,H=8,D=64,dtype=fp16,causal=0", "S", 1536, kNoEnd, "warps=4,slices=2,keys=64,stages=2"},  // a tie at some size
    {90, "B=32,H=8,D=64,dtype=fp16,causal=0", "S", 1, 511, "warps=8,slices=1,keys=64,stages=2"},
    {90, "B=32,H=8,D=64,dtype=fp16,causal=0", "S", 512, kNoEnd, "warps=4,slices=1,keys=64,stages=2"},  // a tie at some size
    {90, "B=16,H=16,D=64,dtype=fp16,causal=0", "S", 1, kNoEnd, "warps=4,slices=2,keys=64,stages=2"},  // a tie at some size
    {90, "B=4,H=8,D=64,dtype=fp16,causal=1", "S", 1, 191, "warps=4,slices=1,keys=64,stages=2"},  // a tie at some size
    {90, "B=4,H=8,D=64,dtype=fp16,causal=1", "S", 192, 383, "warps=4,slices=1,keys=64,stages=3"},
    {90, "B=4,H=8,D=64,dtype=fp16,causal=1", "S", 384, 3071, "warps=4,slices=1,keys=64,stages=2"},  // a tie at some size
    {90, "B=4,H=8,D=64,dtype=fp16,causal=1", "S", 3072, 4095, "warps=4,slices=1,keys=64,stages=3"},
    {90, "B=4,H=8,D=64,dtype=fp16,causal=1", "S", 4096, kNoEnd, "warps=4,slices=2,keys=64,stages=2"},  // a tie at some size
    {90, "B=32,H=8,D=64,dtype=fp16,causal=1", "S", 1, 511, "warps=8,slices=1,keys=64,stages=2"},  // a tie at some size
    {90, "B=32,H=8,D=64,dtype=fp16,causal=1", "S", 512, kNoEnd, "warps=4,slices=1,keys=64,stages=3"},
    {90, "B=16,H=16,D=64,dtype=fp16,causal=1", "S", 1, kNoEnd, "warps=4,slices=1,keys=64,stages=2"},  // a tie at some size
}};

}  // namespace ratchet::kernels::dispatch
