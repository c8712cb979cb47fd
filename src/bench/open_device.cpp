#include "src/bench/cpu_device.h"
#ifdef RATCHET_HAS_CUDA
#include "src/bench/cuda_device.h"
#endif

namespace ratchet::bench {

std::unique_ptr<Device> open_device(std::uint32_t kind, unsigned threads) {
  if (kind == RATCHET_CPU) return std::make_unique<CpuDevice>(threads);
#ifdef RATCHET_HAS_CUDA
  return open_cuda_device();
#else
  throw NoDevice(
      "the module runs on CUDA and this ratchet-bench was built without it; configure with -DRATCHET_CUDA=ON");
#endif
}

void wake_drivers() noexcept {
#ifdef RATCHET_HAS_CUDA
  wake_cuda_driver();
#endif
}

}  // namespace ratchet::bench
