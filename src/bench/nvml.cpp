#include "src/bench/nvml.h"

#include <dlfcn.h>

#include <array>

namespace ratchet::bench {

namespace {

// The few declarations of NVML's stable C ABI that are used here.
using Status = int;  // 0: success
using NvmlDevice = nvmlDevice_st*;

union FieldNumber {
  double as_double;
  unsigned as_unsigned;
  unsigned long as_unsigned_long;
  unsigned long long as_unsigned_long_long;
  long long as_signed_long_long;
  int as_int;
};

struct FieldValue {
  unsigned id;
  unsigned scope;
  long long timestamp_us;
  long long latency_us;
  int type;
  Status status;
  FieldNumber value;
};
static_assert(sizeof(FieldValue) == 40);

constexpr unsigned kSmClock = 1;         // NVML_CLOCK_SM
constexpr unsigned kGpuTemperature = 0;  // NVML_TEMPERATURE_GPU
constexpr unsigned kInstantPowerMw = 186;
// Nanoseconds spent slowed down, by reason.
constexpr unsigned kSoftwarePowerCap = 74;
constexpr unsigned kThermalPolicy = 75;
constexpr unsigned kBoardLimit = 77;
constexpr unsigned kSoftwareThermal = 269;
constexpr unsigned kHardwareThermal = 270;
constexpr unsigned kHardwarePowerBrake = 271;

double number(const FieldValue& field) {
  switch (field.type) {
    case 0:
      return field.value.as_double;
    case 1:
      return field.value.as_unsigned;
    case 2:
      return static_cast<double>(field.value.as_unsigned_long);
    case 3:
      return static_cast<double>(field.value.as_unsigned_long_long);
    case 4:
      return static_cast<double>(field.value.as_signed_long_long);
    case 5:
      return field.value.as_int;
    default:
      return 0;
  }
}

}  // namespace

void Nvml::Unload::operator()(void* library) const noexcept {
  if (const auto shutdown = reinterpret_cast<Status (*)()>(dlsym(library, "nvmlShutdown"))) shutdown();
  dlclose(library);
}

template <typename Function>
Function* Nvml::symbol(const char* name) const {
  return library_ ? reinterpret_cast<Function*>(dlsym(library_.get(), name)) : nullptr;
}

Nvml::Nvml(const std::string& uuid) {
  void* const library = dlopen("libnvidia-ml.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!library) return;
  const auto init = reinterpret_cast<Status (*)()>(dlsym(library, "nvmlInit_v2"));
  if (!init || init() != 0) {
    dlclose(library);
    return;
  }
  library_.reset(library);
  const auto by_uuid = symbol<Status(const char*, NvmlDevice*)>("nvmlDeviceGetHandleByUUID");
  if (!by_uuid || by_uuid(uuid.c_str(), &device_) != 0) device_ = nullptr;
}

std::string Nvml::driver_version() const {
  std::array<char, 96> text{};
  const auto version = symbol<Status(char*, unsigned)>("nvmlSystemGetDriverVersion");
  return version && version(text.data(), text.size()) == 0 ? text.data() : "";
}

double Nvml::field(unsigned id) const {
  const auto values = symbol<Status(NvmlDevice, int, FieldValue*)>("nvmlDeviceGetFieldValues");
  FieldValue value{};
  value.id = id;
  return values && values(device_, 1, &value) == 0 && value.status == 0 ? number(value) : 0;
}

Telemetry Nvml::reading() const {
  Telemetry reading;
  if (!device_) return reading;
  unsigned value = 0;
  const auto clock = symbol<Status(NvmlDevice, unsigned, unsigned*)>("nvmlDeviceGetClockInfo");
  if (clock && clock(device_, kSmClock, &value) == 0) reading.sm_clock_mhz = value;
  const auto temperature = symbol<Status(NvmlDevice, unsigned, unsigned*)>("nvmlDeviceGetTemperature");
  if (temperature && temperature(device_, kGpuTemperature, &value) == 0) reading.temperature_c = value;
  reading.power_w = field(kInstantPowerMw) / 1000;
  // An average over a second, where the driver does not tell the power of the instant.
  const auto power = symbol<Status(NvmlDevice, unsigned*)>("nvmlDeviceGetPowerUsage");
  if (reading.power_w == 0 && power && power(device_, &value) == 0) reading.power_w = value / 1000.0;
  reading.throttled_power_ns = field(kSoftwarePowerCap) + field(kBoardLimit) + field(kHardwarePowerBrake);
  // Older drivers have one counter for both thermal reasons.
  const double thermal_ns = field(kSoftwareThermal) + field(kHardwareThermal);
  reading.throttled_thermal_ns = thermal_ns > 0 ? thermal_ns : field(kThermalPolicy);
  return reading;
}

}  // namespace ratchet::bench
