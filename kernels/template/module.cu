// The kernels that are measured on a GPU. Put yours in axpy's place; `ratchet help modules` has the rules.
#include <ratchet/case.h>
#include <ratchet/check_cuda.h>

using namespace ratchet::kernels;

// What is gated.
__global__ void axpy(float a, const float* x, const float* y, float* out, std::uint64_t n) {
  const std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < n) out[i] = a * x[i] + y[i];
}

// The same by other means, in double: a wrong answer is never fast.
__global__ void axpy_reference(double a, const float* x, const float* y, double* out, std::uint64_t n) {
  const std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < n) out[i] = a * x[i] + y[i];
}

Case axpy_case(std::uint64_t n) {
  constexpr unsigned kThreads = 256;
  const auto blocks = static_cast<unsigned>((n + kThreads - 1) / kThreads);
  Case one{.op = "axpy", .implementation = "plain", .parameters = {{"n", n}}};
  one.definition = "out = 2 x + y in FP32";
  one.source = here();
  one.bytes = 3 * 4 * n;
  one.flops = 2 * n;
  one.buffers = {input("x", RATCHET_F32, n, RATCHET_NORMAL, 1), input("y", RATCHET_F32, n, RATCHET_NORMAL, 2),
                 output("out", RATCHET_F32, n, 1024, {.rel_l2 = 1e-6, .row_error = 1e-5})};
  one.launch = [=](const Call& call) {
    axpy<<<blocks, kThreads, 0, static_cast<cudaStream_t>(call.stream())>>>(
        2, call.buffer<const float>(0), call.buffer<const float>(1), call.buffer<float>(2), n);
    check_cuda(cudaGetLastError());
  };
  one.reference = [=](const Call& call, double* const* expected) {
    const auto stream = static_cast<cudaStream_t>(call.stream());
    axpy_reference<<<blocks, kThreads, 0, stream>>>(2, call.buffer<const float>(0), call.buffer<const float>(1),
                                                    expected[0], n);
    check_cuda(cudaGetLastError());
    check_cuda(cudaStreamSynchronize(stream));
  };
  return one;
}

std::vector<Case> cases() { return {axpy_case(1 << 20), axpy_case(1 << 26)}; }

const ratchet_module* ratchet_module_entry() { return export_module<cases>("@NAME@_cuda", RATCHET_CUDA); }
