// Built twice: as a driver of today, and with FAKE_NVML_OLD as one that counts no throttled time, tells no instant
// power and knows only the older names.
#include "tests/bench/fake_nvml.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#define EXPORT extern "C" __attribute__((visibility("default")))

using ratchet::bench::testing::FakeNvml;

namespace {

constexpr int kNotFound = 6;
constexpr int kNotSupported = 3;
constexpr int kInsufficientSize = 7;

FakeNvml state;
int device = 0;  // its address is the handle

struct Field {
  unsigned id;
  unsigned scope;
  long long timestamp_us;
  long long latency_us;
  int type;
  int status;
  unsigned long long value;
};

struct Temperature {
  unsigned version;
  int sensor;
  int value;
};

struct Utilization {
  unsigned gpu;
  unsigned memory;
};

// For tests of a process that outlives the one that started it.
void log(const char* what) {
  if (const char* file = std::getenv("RATCHET_FAKE_NVML_LOG")) std::ofstream(file, std::ios::app) << what << std::endl;
}

int setting_status() { return std::getenv("RATCHET_FAKE_NVML_REFUSES") ? 4 : state.lock_status; }

}  // namespace

EXPORT FakeNvml* fake_nvml_state() { return &state; }

EXPORT int nvmlInit_v2() {
  ++state.starts;
  return 0;
}
EXPORT int nvmlShutdown() {
  ++state.ends;
  return 0;
}
EXPORT const char* nvmlErrorString(int status) { return status == 4 ? "Insufficient Permissions" : "Unknown Error"; }
EXPORT int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::snprintf(text, size, "580.65.06");
  return 0;
}
EXPORT int nvmlDeviceGetHandleByUUID(const char* uuid, void** handle) {
  if (std::strcmp(uuid, ratchet::bench::testing::kFakeUuid) != 0) return kNotFound;
  *handle = &device;
  return 0;
}
EXPORT int nvmlDeviceGetClockInfo(void*, unsigned which, unsigned* mhz) {
  *mhz = which == 1 ? state.sm_clock_mhz : state.memory_clock_mhz;
  return which == 1 || which == 2 ? 0 : kNotSupported;
}
EXPORT int nvmlDeviceGetMaxClockInfo(void*, unsigned, unsigned* mhz) {
  *mhz = 1980;
  return 0;
}
EXPORT int nvmlDeviceGetPowerUsage(void*, unsigned* milliwatts) {
  *milliwatts = state.power_mw;
  return 0;
}
EXPORT int nvmlDeviceGetEnforcedPowerLimit(void*, unsigned* milliwatts) {
  *milliwatts = 700'000;
  return 0;
}
EXPORT int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* millijoules) {
  *millijoules = state.energy_mj;
  return 0;
}
EXPORT int nvmlDeviceGetComputeRunningProcesses_v3(void*, unsigned* count, void* processes) {
  const bool fits = processes != nullptr || state.processes == 0;
  *count = state.processes;
  return fits ? 0 : kInsufficientSize;
}
EXPORT int nvmlDeviceGetUtilizationRates(void*, Utilization* use) {
  *use = {state.busy_percent, 0};
  return 0;
}
EXPORT int nvmlDeviceGetEccMode(void*, unsigned* now, unsigned* pending) {
  *now = 1;
  *pending = 0;
  return 0;
}
EXPORT int nvmlDeviceGetMigMode(void*, unsigned*, unsigned*) { return kNotSupported; }
EXPORT int nvmlDeviceGetComputeMode(void*, unsigned* mode) {
  *mode = 3;
  return 0;
}
EXPORT int nvmlDeviceGetPersistenceMode(void*, unsigned* mode) {
  *mode = 0;
  return 0;
}
EXPORT int nvmlDeviceSetGpuLockedClocks(void*, unsigned low, unsigned high) {
  if (setting_status() != 0) return setting_status();
  log(("lock " + std::to_string(low) + " " + std::to_string(high)).c_str());
  ++state.locks;
  state.locked = {low, high};
  return 0;
}
EXPORT int nvmlDeviceResetGpuLockedClocks(void*) {
  if (setting_status() != 0) return setting_status();
  log("reset");
  ++state.unlocks;
  state.locked = {};
  return 0;
}

#ifdef FAKE_NVML_OLD
EXPORT int nvmlDeviceGetTemperature(void*, unsigned, unsigned* celsius) {
  *celsius = state.temperature_c;
  return 0;
}
EXPORT int nvmlDeviceGetCurrentClocksThrottleReasons(void*, unsigned long long* reasons) {
  *reasons = state.reasons;
  return 0;
}
#else
EXPORT int nvmlDeviceGetTemperatureV(void*, Temperature* query) {
  if (query->version != (sizeof(Temperature) | 1u << 24) || query->sensor != 0) return kNotSupported;
  query->value = static_cast<int>(state.temperature_c);
  return 0;
}
EXPORT int nvmlDeviceGetCurrentClocksEventReasons(void*, unsigned long long* reasons) {
  *reasons = state.reasons;
  return 0;
}
EXPORT int nvmlDeviceGetFieldValues(void*, int count, Field* fields) {
  for (int i = 0; i < count; ++i) {
    Field& field = fields[i];
    field.status = 0;
    field.type = 3;  // unsigned long long
    if (field.id == 74) {
      field.value = state.power_cap_ns;
    } else if (field.id == 186) {
      field.type = 1;
      field.value = state.instant_power_mw;
    } else if (field.id == 269) {
      field.value = state.thermal_ns;
    } else if (field.id == 271) {
      field.value = state.brake_ns;
    } else {
      field.status = kNotSupported;
    }
  }
  return 0;
}
#endif
