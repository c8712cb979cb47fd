// Every case of ratchet_cuda on a real device: within its bound, by a plain launch and out of a graph. The device and
// the module have each a runtime of their own and share the primary context, as in ratchet-bench.
#include "kernels/check_cuda.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <doctest/doctest.h>

#include <iostream>

#include "tests/kernels/mini_host.h"

using ratchet::kernels::check_cuda;
using ratchet::kernels::test::compare;
using ratchet::kernels::test::draw;
using ratchet::kernels::test::Library;
using ratchet::kernels::test::output_index;

namespace {

using DeviceBytes = std::unique_ptr<void, cudaError_t (*)(void*)>;
using Stream = std::unique_ptr<CUstream_st, cudaError_t (*)(cudaStream_t)>;

DeviceBytes device_bytes(std::size_t size) {
  void* pointer = nullptr;
  check_cuda(cudaMalloc(&pointer, size));
  return {pointer, cudaFree};
}

Stream new_stream() {
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return {stream, cudaStreamDestroy};
}

std::size_t element_bytes(const ratchet_buffer& buffer) { return buffer.type == RATCHET_F32 ? 4 : 2; }

std::vector<char> filled(const ratchet_buffer& buffer) {
  std::vector<char> bytes(buffer.count * element_bytes(buffer));
  for (std::uint64_t i = 0; i < buffer.count; ++i) {
    const float x = draw(buffer, i);
    if (buffer.type == RATCHET_F32) reinterpret_cast<float*>(bytes.data())[i] = x;
    if (buffer.type == RATCHET_F16) reinterpret_cast<__half*>(bytes.data())[i] = __float2half(x);
    if (buffer.type == RATCHET_BF16) reinterpret_cast<__nv_bfloat16*>(bytes.data())[i] = __float2bfloat16(x);
  }
  return bytes;
}

std::vector<float> fetched(const ratchet_buffer& buffer, const void* device) {
  std::vector<char> bytes(buffer.count * element_bytes(buffer));
  check_cuda(cudaMemcpy(bytes.data(), device, bytes.size(), cudaMemcpyDeviceToHost));
  std::vector<float> numbers(buffer.count);
  for (std::uint64_t i = 0; i < buffer.count; ++i) {
    if (buffer.type == RATCHET_F32) numbers[i] = reinterpret_cast<const float*>(bytes.data())[i];
    if (buffer.type == RATCHET_F16) numbers[i] = __half2float(reinterpret_cast<const __half*>(bytes.data())[i]);
    if (buffer.type == RATCHET_BF16) {
      numbers[i] = __bfloat162float(reinterpret_cast<const __nv_bfloat16*>(bytes.data())[i]);
    }
  }
  return numbers;
}

// One launch on the stream, directly or as the replay of a graph.
void launch(const ratchet_module& module, void* state, cudaStream_t stream, bool in_graph) {
  if (!in_graph) {
    REQUIRE_MESSAGE(module.launch(state) == 0, module.last_error());
    check_cuda(cudaStreamSynchronize(stream));
    return;
  }
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  REQUIRE_MESSAGE(module.launch(state) == 0, module.last_error());
  check_cuda(cudaStreamEndCapture(stream, &graph));
  check_cuda(cudaGraphInstantiate(&executable, graph, 0));
  check_cuda(cudaGraphLaunch(executable, stream));
  check_cuda(cudaStreamSynchronize(stream));
  check_cuda(cudaGraphExecDestroy(executable));
  check_cuda(cudaGraphDestroy(graph));
}

void check_case(const ratchet_module& module, const ratchet_case& one, cudaStream_t stream) {
  std::vector<DeviceBytes> owned;
  std::vector<void*> buffers;
  for (std::uint32_t i = 0; i < one.buffer_count; ++i) {
    const std::size_t size = one.buffers[i].count * element_bytes(one.buffers[i]);
    buffers.push_back(owned.emplace_back(device_bytes(size)).get());
    if (one.buffers[i].fill == RATCHET_OUTPUT) continue;
    check_cuda(cudaMemcpy(buffers.back(), filled(one.buffers[i]).data(), size, cudaMemcpyHostToDevice));
  }
  check_cuda(cudaDeviceSynchronize());  // the stream does not wait for the copies, which may still be on their way
  const ratchet_call call{buffers.data(), stream, 0, nullptr, nullptr};
  void* state = nullptr;
  REQUIRE_MESSAGE(module.prepare(&one, &call, &state) == 0, module.last_error());

  const ratchet_buffer& out = one.buffers[output_index(one)];
  void* const out_device = buffers[output_index(one)];
  const DeviceBytes expected_device = device_bytes(out.count * sizeof(double));
  double* const expected_list[] = {static_cast<double*>(expected_device.get())};
  REQUIRE_MESSAGE(module.reference(state, expected_list) == 0, module.last_error());
  std::vector<double> expected(out.count);
  check_cuda(cudaMemcpy(expected.data(), expected_device.get(), out.count * sizeof(double), cudaMemcpyDeviceToHost));

  for (const bool in_graph : {false, true}) {
    CAPTURE(in_graph);
    check_cuda(cudaMemsetAsync(out_device, 0xFF, out.count * element_bytes(out), stream));
    launch(module, state, stream, in_graph);
    const auto errors = compare(fetched(out, out_device).data(), expected, out.row);
    CHECK(errors.rel_l2 <= out.rel_l2_max);
    CHECK(errors.worst_row <= out.row_error_max);
    if (!in_graph) std::cout << one.id << ": rel_l2 " << errors.rel_l2 << ", worst row " << errors.worst_row << '\n';
  }
  module.release(state);
}

}  // namespace

TEST_CASE("ratchet_cuda: every case is within its bound, launched directly and from a graph") {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::cout << "skipped: no CUDA device\n";
    return;
  }
  const Library library(RATCHET_MODULES "/ratchet_cuda.so");
  REQUIRE(library.module() != nullptr);
  const Stream stream = new_stream();
  for (std::uint32_t i = 0; i < library.module()->case_count; ++i) {
    CAPTURE(library.module()->cases[i].id);
    check_case(*library.module(), library.module()->cases[i], stream.get());
  }
}
