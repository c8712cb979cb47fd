// The module ratchet_cpu: what is measured on a machine without a GPU. Memory in and out of cache, and one kernel bound
// by arithmetic, so that a slower memory, a slower core and a lost vector instruction show up apart.
#include "kernels/attention/attention.h"
#include "kernels/bandwidth/bandwidth.h"

namespace {

using ratchet::kernels::Case;

std::vector<Case> cases() {
  using namespace ratchet::kernels;
  constexpr std::uint64_t kKiB = 1024;
  std::vector<Case> list;
  for (const std::uint64_t bytes : {256 * kKiB, 4096 * kKiB, 32768 * kKiB})
    list.push_back(bandwidth::copy_threads(bytes));
  for (const std::uint64_t bytes : {256 * kKiB, 4096 * kKiB, 32768 * kKiB})
    list.push_back(bandwidth::triad_threads(bytes));
  for (const bool causal : {false, true}) {
    for (const std::uint32_t tokens : {128U, 256U, 512U}) {
      list.push_back(attention::blocked({.batch = 1, .heads = 8, .tokens = tokens, .causal = causal}));
    }
  }
  return list;
}

}  // namespace

const ratchet_module* ratchet_module_entry() {
  return ratchet::kernels::export_module<cases>("ratchet_cpu", RATCHET_CPU);
}
