// The kernels that are measured on a CPU. Put yours in axpy's place; `ratchet help modules` has the rules.
#include <ratchet/case.h>

#include <algorithm>

using namespace ratchet::kernels;

// What is gated.
void axpy(float a, const float* x, const float* y, float* out, std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t i = begin; i < end; ++i) out[i] = a * x[i] + y[i];
}

Case axpy_case(std::uint64_t n) {
  Case one{.op = "axpy", .implementation = "plain", .parameters = {{"n", n}}};
  one.definition = "out = 2 x + y in FP32";
  one.source = here();
  one.bytes = 3 * 4 * n;
  one.flops = 2 * n;
  one.buffers = {input("x", RATCHET_F32, n, RATCHET_NORMAL, 1), input("y", RATCHET_F32, n, RATCHET_NORMAL, 2),
                 output("out", RATCHET_F32, n, 1024, {.rel_l2 = 1e-6, .row_error = 1e-5})};
  one.launch = [n](const Call& call) {
    const std::uint64_t slice = (n + call.threads() - 1) / call.threads();
    call.parallel_for(call.threads(), [&](std::uint32_t task) {
      axpy(2, call.buffer<const float>(0), call.buffer<const float>(1), call.buffer<float>(2),
           std::min(n, task * slice), std::min(n, (task + 1) * slice));
    });
  };
  // The same by other means, in double: a wrong answer is never fast.
  one.reference = [n](const Call& call, double* const* expected) {
    for (std::uint64_t i = 0; i < n; ++i)
      expected[0][i] = 2 * double{call.buffer<const float>(0)[i]} + double{call.buffer<const float>(1)[i]};
  };
  return one;
}

std::vector<Case> cases() { return {axpy_case(1 << 16), axpy_case(1 << 20)}; }

const ratchet_module* ratchet_module_entry() { return export_module<cases>("@NAME@_cpu", RATCHET_CPU); }
