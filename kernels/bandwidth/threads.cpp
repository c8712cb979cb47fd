// Copy and triad on a CPU: one contiguous slice a thread, as STREAM does, so that each core streams through its own
// pages.
#include "kernels/bandwidth/bandwidth.h"

#include <algorithm>

namespace ratchet::kernels::bandwidth {
namespace {

constexpr std::uint64_t kLine = 16;  // floats of a 64-byte cache line: slices of two threads never share one

// task(begin, end) over [0, n), one slice a thread.
template <class Task>
void for_each_slice(const Call& call, std::uint64_t n, const Task& task) {
  const std::uint64_t threads = std::max(call.threads(), 1U);
  const std::uint64_t slice = (n + threads * kLine - 1) / (threads * kLine) * kLine;
  call.parallel_for(static_cast<std::uint32_t>(threads), [&](std::uint32_t index) {
    const std::uint64_t begin = std::min(n, index * slice);
    task(begin, std::min(n, begin + slice));
  });
}

// Restrict, and out of the lambda, so that the loop is vectorised without a check for overlap.
void triad_slice(float* __restrict a, const float* __restrict b, const float* __restrict c, std::uint64_t n) {
  for (std::uint64_t i = 0; i < n; ++i) a[i] = b[i] + kScalar * c[i];
}

}  // namespace

Case copy_threads(std::uint64_t array_bytes) {
  Case copy = describe_copy("threads", array_bytes);
  const std::uint64_t n = array_bytes / sizeof(float);
  copy.source = here();
  copy.launch = [n](const Call& call) {
    auto* a = call.buffer<float>(kA);
    const auto* b = call.buffer<const float>(kB);
    for_each_slice(call, n, [=](std::uint64_t begin, std::uint64_t end) { std::copy(b + begin, b + end, a + begin); });
  };
  copy.reference = [n](const Call& call, double* const* expected) {
    const auto* b = call.buffer<const float>(kB);
    for (std::uint64_t i = 0; i < n; ++i) expected[0][i] = double{b[i]};
  };
  return copy;
}

Case triad_threads(std::uint64_t array_bytes) {
  Case triad = describe_triad("threads", array_bytes);
  const std::uint64_t n = array_bytes / sizeof(float);
  triad.source = here();
  triad.launch = [n](const Call& call) {
    auto* a = call.buffer<float>(kA);
    const auto* b = call.buffer<const float>(kB);
    const auto* c = call.buffer<const float>(kC);
    for_each_slice(call, n, [=](std::uint64_t begin, std::uint64_t end) {
      triad_slice(a + begin, b + begin, c + begin, end - begin);
    });
  };
  triad.reference = [n](const Call& call, double* const* expected) {
    const auto* b = call.buffer<const float>(kB);
    const auto* c = call.buffer<const float>(kC);
    for (std::uint64_t i = 0; i < n; ++i) expected[0][i] = double{b[i]} + double{kScalar} * double{c[i]};
  };
  return triad;
}

}  // namespace ratchet::kernels::bandwidth
