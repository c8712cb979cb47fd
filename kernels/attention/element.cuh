// The two 16-bit element types of the CUDA versions under one set of names, and the choice between their instances.
#pragma once

#include "kernels/module.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <stdexcept>

namespace ratchet::kernels::attention {

template <class T>
struct Element;

template <>
struct Element<__half> {
  using Pair = __half2;
  static __device__ float2 wide(Pair pair) { return __half22float2(pair); }
  static __device__ Pair narrow(float x, float y) { return __floats2half2_rn(x, y); }
  static __device__ double wide(__half x) { return double{__half2float(x)}; }
};

template <>
struct Element<__nv_bfloat16> {
  using Pair = __nv_bfloat162;
  static __device__ float2 wide(Pair pair) { return __bfloat1622float2(pair); }
  static __device__ Pair narrow(float x, float y) { return __floats2bfloat162_rn(x, y); }
  static __device__ double wide(__nv_bfloat16 x) { return double{__bfloat162float(x)}; }
};

template <class Function>
Function by_type(ratchet_type type, Function for_fp16, Function for_bf16) {
  if (type == RATCHET_F16) return for_fp16;
  if (type == RATCHET_BF16) return for_bf16;
  throw std::invalid_argument("attention on CUDA: the element type must be fp16 or bf16");
}

}  // namespace ratchet::kernels::attention
