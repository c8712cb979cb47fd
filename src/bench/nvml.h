// What the GPU's driver says: clocks, temperature, power, energy, throttling, who else uses the device, and its modes.
// NVML comes with the driver, so it is loaded at run time, and every function of it is optional: what a driver does not
// offer reads as zero or empty. Only ClockLock (clock_lock.h) ever sets anything.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "ratchet/run.h"
#include "src/bench/occupancy.h"

namespace ratchet::bench {

inline constexpr const char* kNvmlLibrary = "libnvidia-ml.so.1";

class Nvml {
 public:
  // By UUID, since numbers of devices differ between CUDA and NVML. Never fails; without NVML all readings are empty.
  explicit Nvml(const std::string& uuid, const char* library = kNvmlLibrary);
  ~Nvml();
  Nvml(Nvml&&) noexcept;

  [[nodiscard]] bool found_device() const noexcept { return device_ != nullptr; }
  [[nodiscard]] std::string driver_version() const;  // "580.65.06", or ""
  [[nodiscard]] DeviceModes modes() const;
  [[nodiscard]] Occupancy occupancy() const;
  // Now, without the energy. The throttle counters run since some time in the past; where the driver counts no time but
  // tells that it throttles, all the time since the previous reading counts.
  [[nodiscard]] Telemetry reading();
  // Since some time in the past; 0: unknown. Takes the driver 2 to 7 ms, unlike all else.
  [[nodiscard]] double energy_j() const;

  // Both need the rights of root and return what NVML said; nothing when it worked.
  [[nodiscard]] std::optional<std::string> lock_sm_clock(unsigned mhz) const;
  [[nodiscard]] std::optional<std::string> unlock_sm_clock() const;

 private:
  struct Functions;
  using Nanoseconds = std::optional<double>;
  [[nodiscard]] Nanoseconds field(unsigned id) const;
  [[nodiscard]] double first_of(Nanoseconds counted, Nanoseconds otherwise, bool active, double& estimated_ns) const;
  void read_throttling(Telemetry& reading);
  [[nodiscard]] double temperature() const;
  [[nodiscard]] double power() const;
  [[nodiscard]] std::string words(int status) const;

  std::unique_ptr<Functions> nvml_;  // none: no library
  struct nvmlDevice_st* device_ = nullptr;
  std::chrono::steady_clock::time_point last_reading_ = std::chrono::steady_clock::now();
  double since_last_ns_ = 0;
  // Of drivers without counters: the time for which each kind of throttling was seen.
  double estimated_power_ns_ = 0;
  double estimated_thermal_ns_ = 0;
  double estimated_hardware_ns_ = 0;
};

}  // namespace ratchet::bench
