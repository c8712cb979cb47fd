// The module ratchet_cuda: what is measured on a GPU. Memory in and out of the L2 cache, and the ladder of attention in
// the shapes of small transformers.
#include "kernels/attention/attention.h"
#include "kernels/bandwidth/bandwidth.h"

#include <cuda_runtime_api.h>

namespace {

// Cases for compute capability 9.0 are listed where they can run; and where there is no GPU, so that they can be
// described.
bool may_run_on_hopper() {
  int device = 0;
  int major = 0;
  int minor = 0;
  if (cudaGetDevice(&device) != cudaSuccess ||
      cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) != cudaSuccess ||
      cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device) != cudaSuccess) {
    (void)cudaGetLastError();
    return true;
  }
  return major == 9 && minor == 0;
}

using ratchet::kernels::Case;

std::vector<Case> cases() {
  using namespace ratchet::kernels;
  constexpr std::uint64_t kMiB = 1024 * 1024;
  std::vector<Case> list;
  for (const std::uint64_t bytes : {4 * kMiB, 64 * kMiB, 256 * kMiB}) {
    list.push_back(bandwidth::copy_vectorized(bytes));
    list.push_back(bandwidth::triad_vectorized(bytes));
  }
  list.push_back(timed_by_host(bandwidth::copy_vectorized(16 * 1024)));
  const bool hopper = may_run_on_hopper();
  for (const std::uint64_t bytes : {4 * kMiB, 256 * kMiB}) {
    list.push_back(cold(bandwidth::copy_vectorized(bytes)));
    list.push_back(cold(bandwidth::triad_vectorized(bytes)));
  }
  for (const ratchet_type type : {RATCHET_F16, RATCHET_BF16}) {
    for (attention::Shape shape : attention::kShapes) {
      // Beyond that the first rung would take most of a launch's time, to tell what the smaller shapes tell.
      if (shape.tokens <= 256) list.push_back(attention::naive(shape, type));
      for (shape.causal = false;; shape.causal = true) {
        list.push_back(attention::tiled(shape, type));
        if (hopper) list.push_back(attention::warpgroup(shape, type));
        if (hopper && shape.tokens <= 128) list.push_back(attention::one_pass(shape, type));
        if (shape.causal) break;
      }
    }
    // Few heads, a long sequence: where dealing out the keys pays. And the function that looks like attention, S / 128
    // times cheaper.
    const attention::Shape narrow{.batch = 1, .heads = 2, .tokens = 2048};
    list.push_back(attention::tiled(narrow, type));
    list.push_back(attention::split_keys(narrow, type, 4));
    list.push_back(attention::block_local({.batch = 32, .heads = 8, .tokens = 512, .chunk = 128}, type));
  }
  return list;
}

}  // namespace

const ratchet_module* ratchet_module_entry() {
  return ratchet::kernels::export_module<cases>("ratchet_cuda", RATCHET_CUDA);
}
