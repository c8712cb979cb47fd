// A module for tests of identity, built twice, with VARIANT 2 and 3. Each case changes in one known way between the
// two, or in none. Kernels that must have a cubin of their own stand in files of their own.
#include "kernels/case.h"
#include "kernels/check_cuda.h"

__global__ void changed_kernel(float* y, const float* x);
__global__ void variable_kernel(float* y, const float* x);
void set_variable(float factor);

__global__ void kept_kernel(float* y, const float* x, float factor) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = factor * x[i];
}

__global__ void carved_kernel(float* y, const float* x) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = 2 * x[i];
}

__global__ void through_scratch_kernel(float* y, const float* x, float* scratch) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  scratch[i] = 2 * x[i];
  y[i] = scratch[i];
}

namespace {

using ratchet::kernels::Call;
using ratchet::kernels::Case;
using ratchet::kernels::check_cuda;

constexpr unsigned kCount = 1 << 16;
constexpr unsigned kThreads = 256;

cudaStream_t stream_of(const Call& call) { return static_cast<cudaStream_t>(call.stream()); }

void keep(const Call& call, float factor, unsigned threads) {
  kept_kernel<<<kCount / threads, threads, 0, stream_of(call)>>>(call.buffer<float>(1), call.buffer<const float>(0),
                                                                 factor);
  check_cuda(cudaGetLastError());
}

Case scale(const char* implementation, std::function<void(const Call&)> launch) {
  Case one;
  one.op = "scale";
  one.implementation = implementation;
  one.parameters = {{"n", kCount}};
  one.definition = "y = c x in FP32; nobody verifies it";
  one.bytes = 2 * kCount * sizeof(float);
  one.flops = kCount;
  one.buffers = {ratchet::kernels::input("x", RATCHET_F32, kCount, RATCHET_NORMAL, 1),
                 ratchet::kernels::output("y", RATCHET_F32, kCount, 64, {1e-6, 1e-5})};
  one.launch = std::move(launch);
  one.reference = [](const Call&, double* const*) { throw std::runtime_error("identity asks for no reference"); };
  return one;
}

void launch_changed(const Call& call) {
  changed_kernel<<<kCount / kThreads, kThreads, 0, stream_of(call)>>>(call.buffer<float>(1),
                                                                      call.buffer<const float>(0));
  check_cuda(cudaGetLastError());
}

void launch_variable(const Call& call) {
  set_variable(VARIANT);
  variable_kernel<<<kCount / kThreads, kThreads, 0, stream_of(call)>>>(call.buffer<float>(1),
                                                                       call.buffer<const float>(0));
  check_cuda(cudaGetLastError());
}

// Memory of its own, which the rules forbid: its address alone tells the sides apart.
void launch_scratch(const Call& call) {
  static float* const scratch = [] {
    void* memory = nullptr;
    check_cuda(cudaMalloc(&memory, kCount * sizeof(float)));
    return static_cast<float*>(memory);
  }();
  through_scratch_kernel<<<kCount / kThreads, kThreads, 0, stream_of(call)>>>(call.buffer<float>(1),
                                                                              call.buffer<const float>(0), scratch);
  check_cuda(cudaGetLastError());
}

void launch_memset(const Call& call) {
  check_cuda(cudaMemsetAsync(call.buffer<float>(1), 0, kCount * sizeof(float), stream_of(call)));
  keep(call, 2, kThreads);
}

void launch_cleared(const Call& call) {
  check_cuda(cudaMemsetAsync(call.buffer<float>(1), VARIANT, kCount * sizeof(float), stream_of(call)));
  keep(call, 2, kThreads);
}

void launch_copy(const Call& call) {
  keep(call, 2, kThreads);
  check_cuda(cudaMemcpyAsync(call.buffer<float>(1), call.buffer<const float>(0), kCount * sizeof(float),
                             cudaMemcpyDeviceToDevice, stream_of(call)));
}

void launch_twice(const Call& call) {
  for (int i = 1; i < VARIANT; ++i) keep(call, 2, kThreads);
}

void launch_waiting(const Call& call) {
  keep(call, 2, kThreads);
  check_cuda(cudaStreamSynchronize(stream_of(call)));  // which no capture allows
}

// What the host says about the function changes what it runs with, though no launch shows it.
void launch_carved(const Call& call) {
  check_cuda(cudaFuncSetAttribute(carved_kernel, cudaFuncAttributePreferredSharedMemoryCarveout, 25 * VARIANT));
  carved_kernel<<<kCount / kThreads, kThreads, 0, stream_of(call)>>>(call.buffer<float>(1),
                                                                     call.buffer<const float>(0));
  check_cuda(cudaGetLastError());
}

void launch_cooperative(const Call& call) {
  if (VARIANT == 2) return keep(call, 2, kThreads);
  auto* y = call.buffer<float>(1);
  const auto* x = call.buffer<const float>(0);
  float factor = 2;
  void* arguments[] = {&y, &x, &factor};
  check_cuda(cudaLaunchCooperativeKernel(reinterpret_cast<const void*>(kept_kernel), dim3(kCount / kThreads),
                                         dim3(kThreads), arguments, 0, stream_of(call)));
}

std::vector<Case> cases() {
  return {scale("argument", [](const Call& call) { keep(call, VARIANT, kThreads); }),
          scale("carved", launch_carved),
          scale("changed", launch_changed),
          scale("cleared", launch_cleared),
          scale("cooperative", launch_cooperative),
          scale("copy", launch_copy),
          scale("kept", [](const Call& call) { keep(call, 2, kThreads); }),
          scale("memset", launch_memset),
          scale("nothing", [](const Call&) {}),
          scale("regrid", [](const Call& call) { keep(call, 2, VARIANT == 2 ? 128 : 256); }),
          scale("scratch", launch_scratch),
          scale("twice", launch_twice),
          scale("variable", launch_variable),
          scale("waiting", launch_waiting)};
}

}  // namespace

const ratchet_module* ratchet_module_entry() {
  return ratchet::kernels::export_module<cases>("cuda_test", RATCHET_CUDA);
}
