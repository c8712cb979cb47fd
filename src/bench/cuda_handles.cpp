#include "src/bench/cuda_handles.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "src/bench/prepared_case.h"

namespace ratchet::bench {

void check_cuda(cudaError_t status, std::source_location where) {
  if (status == cudaSuccess) return;
  throw CaseError("device_error", "",
                  fmt::format("{}: {} (seen at {}:{})", cudaGetErrorName(status), cudaGetErrorString(status),
                              std::filesystem::path(where.file_name()).filename().string(), where.line()));
}

CudaStream make_stream() {
  cudaStream_t stream = nullptr;
  // Not a non-blocking stream: work that a module puts on the default stream by mistake is then still in order with
  // ours.
  check_cuda(cudaStreamCreate(&stream));
  return CudaStream(stream);
}

CudaEvent make_event() {
  cudaEvent_t event = nullptr;
  check_cuda(cudaEventCreate(&event));
  return CudaEvent(event);
}

CudaMemory make_device_memory(std::size_t bytes) {
  void* memory = nullptr;
  check_cuda(cudaMalloc(&memory, bytes));
  return CudaMemory(memory);
}

std::int64_t elapsed_ns(const CudaEvent& start, const CudaEvent& stop) {
  float milliseconds = 0;
  check_cuda(cudaEventElapsedTime(&milliseconds, start.get(), stop.get()));
  return std::llround(static_cast<double>(milliseconds) * 1e6);
}

}  // namespace ratchet::bench
