// The module ratchet_cuda: what is measured on a GPU. Memory in and out of the L2 cache, and the ladder of attention in
// the shapes of small transformers.
#include "kernels/attention/attention.h"
#include "kernels/bandwidth/bandwidth.h"

namespace {

using ratchet::kernels::Case;

std::vector<Case> cases() {
  using namespace ratchet::kernels;
  constexpr std::uint64_t kMiB = 1024 * 1024;
  std::vector<Case> list;
  for (const std::uint64_t bytes : {4 * kMiB, 64 * kMiB, 256 * kMiB}) {
    list.push_back(bandwidth::copy_vectorized(bytes));
    list.push_back(bandwidth::triad_vectorized(bytes));
  }
  for (const std::uint64_t bytes : {4 * kMiB, 256 * kMiB}) {
    list.push_back(cold(bandwidth::copy_vectorized(bytes)));
    list.push_back(cold(bandwidth::triad_vectorized(bytes)));
  }
  const attention::Shape shapes[] = {{32, 8, 128}, {32, 8, 512}, {4, 8, 256}, {16, 16, 1024}};
  for (const ratchet_type type : {RATCHET_F16, RATCHET_BF16}) {
    for (attention::Shape shape : shapes) {
      list.push_back(attention::naive(shape, type));
      list.push_back(attention::tiled(shape, type));
      shape.causal = true;
      list.push_back(attention::tiled(shape, type));
    }
  }
  return list;
}

}  // namespace

const ratchet_module* ratchet_module_entry() {
  return ratchet::kernels::export_module<cases>("ratchet_cuda", RATCHET_CUDA);
}
