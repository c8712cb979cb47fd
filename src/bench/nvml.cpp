#include "src/bench/nvml.h"

#include <dlfcn.h>

#include <algorithm>
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

struct TemperatureQuery {
  unsigned version;
  int sensor;
  int temperature_c;
};
constexpr unsigned kTemperatureVersion = sizeof(TemperatureQuery) | 1u << 24;

struct Utilization {
  unsigned gpu_percent;
  unsigned memory_percent;
};

constexpr Status kInsufficientSize = 7;  // the count asked for does not fit, and was still given
constexpr unsigned kSmClock = 1;         // NVML_CLOCK_SM
constexpr unsigned kMemoryClock = 2;     // NVML_CLOCK_MEM
constexpr unsigned kGpuTemperature = 0;  // NVML_TEMPERATURE_GPU
constexpr unsigned kInstantPowerMw = 186;
// Nanoseconds spent slowed down, by reason.
constexpr unsigned kSoftwarePowerCap = 74;
constexpr unsigned kThermalPolicy = 75;
constexpr unsigned kBoardLimit = 77;
constexpr unsigned kSoftwareThermal = 269;
constexpr unsigned kHardwareThermal = 270;
constexpr unsigned kHardwarePowerBrake = 271;
// The same reasons as bits of what holds the clock down at this moment.
constexpr unsigned long long kPowerBits = 0x4;
constexpr unsigned long long kThermalBits = 0x20 | 0x40;
constexpr unsigned long long kBrakeBits = 0x80;

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

std::string on_or_off(unsigned value) { return value != 0 ? "on" : "off"; }

std::string compute_mode_word(unsigned mode) {
  constexpr std::array<const char*, 4> kWords{"default", "exclusive_thread", "prohibited", "exclusive_process"};
  return mode < kWords.size() ? kWords[mode] : std::to_string(mode);
}

}  // namespace

// Each pointer is null when the driver lacks the function. The library stays loaded as long as this lives.
struct Nvml::Functions {
  explicit Functions(void* opened) : library(opened) {
    load(init, "nvmlInit_v2");
    load(shutdown, "nvmlShutdown");
    load(error_string, "nvmlErrorString");
    load(driver_version, "nvmlSystemGetDriverVersion");
    load(handle_by_uuid, "nvmlDeviceGetHandleByUUID");
    load(field_values, "nvmlDeviceGetFieldValues");
    load(clock, "nvmlDeviceGetClockInfo");
    load(highest_clock, "nvmlDeviceGetMaxClockInfo");
    load(temperature_v, "nvmlDeviceGetTemperatureV");
    load(temperature, "nvmlDeviceGetTemperature");
    load(power, "nvmlDeviceGetPowerUsage");
    load(power_limit, "nvmlDeviceGetEnforcedPowerLimit");
    load(energy, "nvmlDeviceGetTotalEnergyConsumption");
    load(reasons, "nvmlDeviceGetCurrentClocksEventReasons");
    if (!reasons) load(reasons, "nvmlDeviceGetCurrentClocksThrottleReasons");  // its name before driver 535
    load(processes, "nvmlDeviceGetComputeRunningProcesses_v3");
    load(utilization, "nvmlDeviceGetUtilizationRates");
    load(ecc, "nvmlDeviceGetEccMode");
    load(mig, "nvmlDeviceGetMigMode");
    load(compute_mode, "nvmlDeviceGetComputeMode");
    load(persistence, "nvmlDeviceGetPersistenceMode");
    load(lock_clocks, "nvmlDeviceSetGpuLockedClocks");
    load(unlock_clocks, "nvmlDeviceResetGpuLockedClocks");
  }
  ~Functions() {
    if (started && shutdown) shutdown();
    dlclose(library);
  }
  Functions(const Functions&) = delete;
  Functions& operator=(const Functions&) = delete;

  template <typename Function>
  void load(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(dlsym(library, name));
  }

  void* library;
  bool started = false;
  Status (*init)() = nullptr;
  Status (*shutdown)() = nullptr;
  const char* (*error_string)(Status) = nullptr;
  Status (*driver_version)(char*, unsigned) = nullptr;
  Status (*handle_by_uuid)(const char*, NvmlDevice*) = nullptr;
  Status (*field_values)(NvmlDevice, int, FieldValue*) = nullptr;
  Status (*clock)(NvmlDevice, unsigned, unsigned*) = nullptr;
  Status (*highest_clock)(NvmlDevice, unsigned, unsigned*) = nullptr;
  Status (*temperature_v)(NvmlDevice, TemperatureQuery*) = nullptr;
  Status (*temperature)(NvmlDevice, unsigned, unsigned*) = nullptr;
  Status (*power)(NvmlDevice, unsigned*) = nullptr;
  Status (*power_limit)(NvmlDevice, unsigned*) = nullptr;
  Status (*energy)(NvmlDevice, unsigned long long*) = nullptr;
  Status (*reasons)(NvmlDevice, unsigned long long*) = nullptr;
  Status (*processes)(NvmlDevice, unsigned*, void*) = nullptr;
  Status (*utilization)(NvmlDevice, Utilization*) = nullptr;
  Status (*ecc)(NvmlDevice, unsigned*, unsigned*) = nullptr;
  Status (*mig)(NvmlDevice, unsigned*, unsigned*) = nullptr;
  Status (*compute_mode)(NvmlDevice, unsigned*) = nullptr;
  Status (*persistence)(NvmlDevice, unsigned*) = nullptr;
  Status (*lock_clocks)(NvmlDevice, unsigned, unsigned) = nullptr;
  Status (*unlock_clocks)(NvmlDevice) = nullptr;
};

Nvml::Nvml(const std::string& uuid, const char* library) {
  void* const opened = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  if (!opened) return;
  auto functions = std::make_unique<Functions>(opened);
  if (!functions->init || functions->init() != 0) return;
  functions->started = true;
  nvml_ = std::move(functions);
  if (!nvml_->handle_by_uuid || nvml_->handle_by_uuid(uuid.c_str(), &device_) != 0) device_ = nullptr;
}

Nvml::~Nvml() = default;
Nvml::Nvml(Nvml&&) noexcept = default;

std::string Nvml::driver_version() const {
  std::array<char, 96> text{};
  return nvml_ && nvml_->driver_version && nvml_->driver_version(text.data(), text.size()) == 0 ? text.data() : "";
}

DeviceModes Nvml::modes() const {
  DeviceModes modes;
  if (!device_) return modes;
  unsigned now = 0;
  unsigned pending = 0;  // after the next reset
  if (nvml_->ecc && nvml_->ecc(device_, &now, &pending) == 0) modes.ecc = on_or_off(now);
  if (nvml_->mig && nvml_->mig(device_, &now, &pending) == 0) modes.mig = on_or_off(now);
  if (nvml_->compute_mode && nvml_->compute_mode(device_, &now) == 0) modes.compute_mode = compute_mode_word(now);
  if (nvml_->persistence && nvml_->persistence(device_, &now) == 0) modes.persistence = on_or_off(now);
  if (nvml_->power_limit && nvml_->power_limit(device_, &now) == 0) modes.power_limit_w = now / 1000.0;
  if (nvml_->highest_clock && nvml_->highest_clock(device_, kSmClock, &now) == 0) modes.highest_sm_clock_mhz = now;
  return modes;
}

Occupancy Nvml::occupancy() const {
  Occupancy occupancy;
  if (!device_) return occupancy;
  unsigned count = 0;
  if (nvml_->processes) {
    const Status status = nvml_->processes(device_, &count, nullptr);
    if (status == 0 || status == kInsufficientSize) occupancy.processes = count;
  }
  Utilization utilization{};
  if (nvml_->utilization && nvml_->utilization(device_, &utilization) == 0)
    occupancy.busy_percent = utilization.gpu_percent;
  return occupancy;
}

std::optional<double> Nvml::field(unsigned id) const {
  FieldValue value{};
  value.id = id;
  if (!nvml_->field_values || nvml_->field_values(device_, 1, &value) != 0 || value.status != 0) return std::nullopt;
  return number(value);
}

double Nvml::temperature() const {
  TemperatureQuery query{kTemperatureVersion, kGpuTemperature, 0};
  if (nvml_->temperature_v && nvml_->temperature_v(device_, &query) == 0) return query.temperature_c;
  unsigned value = 0;
  return nvml_->temperature && nvml_->temperature(device_, kGpuTemperature, &value) == 0 ? value : 0;
}

double Nvml::power() const {
  if (const auto milliwatts = field(kInstantPowerMw); milliwatts && *milliwatts > 0) return *milliwatts / 1000;
  // An average over a second, where the driver does not tell the power of the instant.
  unsigned value = 0;
  return nvml_->power && nvml_->power(device_, &value) == 0 ? value / 1000.0 : 0;
}

// A counter of the driver if it has one, else the time that was seen.
double Nvml::first_of(Nanoseconds counted, Nanoseconds otherwise, bool active, double& estimated_ns) const {
  if (counted) return *counted;
  if (otherwise) return *otherwise;
  if (active) estimated_ns += since_last_ns_;
  return estimated_ns;
}

void Nvml::read_throttling(Telemetry& reading) {
  const auto sum = [](Nanoseconds a, Nanoseconds b) -> Nanoseconds {
    return a || b ? Nanoseconds(a.value_or(0) + b.value_or(0)) : std::nullopt;
  };
  unsigned long long reasons = 0;
  if (nvml_->reasons && nvml_->reasons(device_, &reasons) != 0) reasons = 0;
  reading.throttled_power_ns = first_of(sum(field(kSoftwarePowerCap), field(kBoardLimit)), std::nullopt,
                                        (reasons & kPowerBits) != 0, estimated_power_ns_);
  // Older drivers have one counter for both thermal reasons.
  reading.throttled_thermal_ns = first_of(sum(field(kSoftwareThermal), field(kHardwareThermal)), field(kThermalPolicy),
                                          (reasons & kThermalBits) != 0, estimated_thermal_ns_);
  reading.throttled_hardware_ns =
      first_of(field(kHardwarePowerBrake), std::nullopt, (reasons & kBrakeBits) != 0, estimated_hardware_ns_);
}

Telemetry Nvml::reading() {
  Telemetry reading;
  if (!device_) return reading;
  const auto now = std::chrono::steady_clock::now();
  since_last_ns_ = std::chrono::duration<double, std::nano>(now - last_reading_).count();
  last_reading_ = now;
  unsigned value = 0;
  if (nvml_->clock && nvml_->clock(device_, kSmClock, &value) == 0) reading.sm_clock_mhz = value;
  if (nvml_->clock && nvml_->clock(device_, kMemoryClock, &value) == 0) reading.memory_clock_mhz = value;
  reading.temperature_c = temperature();
  reading.power_w = power();
  read_throttling(reading);
  reading.modes = modes();
  return reading;
}

double Nvml::energy_j() const {
  unsigned long long millijoules = 0;
  return device_ && nvml_->energy && nvml_->energy(device_, &millijoules) == 0
             ? static_cast<double>(millijoules) / 1000
             : 0;
}

std::string Nvml::words(int status) const {
  const char* const text = nvml_->error_string ? nvml_->error_string(status) : nullptr;
  return text ? text : "NVML error " + std::to_string(status);
}

std::optional<std::string> Nvml::lock_sm_clock(unsigned mhz) const {
  if (!device_ || !nvml_->lock_clocks || !nvml_->unlock_clocks) return "the driver offers no locking of clocks";
  const Status status = nvml_->lock_clocks(device_, mhz, mhz);
  return status == 0 ? std::nullopt : std::optional(words(status));
}

std::optional<std::string> Nvml::unlock_sm_clock() const {
  if (!device_ || !nvml_->unlock_clocks) return "the driver offers no locking of clocks";
  const Status status = nvml_->unlock_clocks(device_);
  return status == 0 ? std::nullopt : std::optional(words(status));
}

}  // namespace ratchet::bench
