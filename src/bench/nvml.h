// Readings of the GPU's driver: clock, temperature, power, throttling. NVML comes with the driver, so it is loaded at
// run time, and every function of it is optional: what a driver does not offer reads as zero. Nothing is ever set.
#pragma once

#include <memory>
#include <string>

#include "ratchet/run.h"

namespace ratchet::bench {

class Nvml {
 public:
  // By UUID, since numbers of devices differ between CUDA and NVML. Never fails; without NVML all readings are empty.
  explicit Nvml(const std::string& uuid);

  [[nodiscard]] std::string driver_version() const;  // "580.65.06", or ""
  // Now. The throttle counters run since the driver was loaded.
  [[nodiscard]] Telemetry reading() const;

 private:
  struct Unload {
    void operator()(void* library) const noexcept;
  };
  template <typename Function>
  [[nodiscard]] Function* symbol(const char* name) const;
  [[nodiscard]] double field(unsigned id) const;

  std::unique_ptr<void, Unload> library_;
  struct nvmlDevice_st* device_ = nullptr;
};

}  // namespace ratchet::bench
