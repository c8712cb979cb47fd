// Turns a CUDA status into an exception that names the line which saw it. A function and not a macro: the location is a
// default argument. An asynchronous fault may belong to an earlier line than the one named.
#pragma once

#include <cuda_runtime_api.h>

#include <source_location>
#include <stdexcept>
#include <string>

namespace ratchet::kernels {

inline void check_cuda(cudaError_t status, std::source_location where = std::source_location::current()) {
  if (status == cudaSuccess) return;
  throw std::runtime_error(std::string(where.file_name()) + ':' + std::to_string(where.line()) + ": " +
                           cudaGetErrorName(status) + ": " + cudaGetErrorString(status));
}

}  // namespace ratchet::kernels
