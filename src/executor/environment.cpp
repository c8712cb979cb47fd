#include "src/executor/environment.h"

#include <algorithm>
#include <array>

namespace ratchet::executor {
namespace {

constexpr auto kNames =
    std::to_array<std::string_view>({"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LANGUAGE",
                                     "LD_LIBRARY_PATH", "LD_PRELOAD", "GLIBC_TUNABLES"});
constexpr auto kFamilies =
    std::to_array<std::string_view>({"LC_", "CUDA_", "NVIDIA_", "CUDNN_", "CUBLAS_", "NCCL_", "OMP_", "GOMP_", "KMP_",
                                     "MKL_", "OPENBLAS_", "MALLOC_", "ASAN_", "LSAN_", "TSAN_", "UBSAN_", "RATCHET_"});

}  // namespace

bool is_for_measured(std::string_view name) noexcept {
  if (name == "RATCHET_DB") return false;
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&](std::string_view family) { return name.starts_with(family); });
}

}  // namespace ratchet::executor
