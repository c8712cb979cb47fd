// A driver library for tests: answers as its state says, and records what it was told to set. Loaded with dlopen as the
// real one is, so that the loader, the declarations and the fall-backs are the real ones.
#pragma once

#include <array>

namespace ratchet::bench::testing {

struct FakeNvml {
  unsigned sm_clock_mhz = 1980;
  unsigned memory_clock_mhz = 3201;
  unsigned temperature_c = 41;
  unsigned power_mw = 250'000;          // an average
  unsigned instant_power_mw = 300'000;  // field 186
  unsigned long long energy_mj = 5'000;
  unsigned long long power_cap_ns = 0;
  unsigned long long thermal_ns = 0;
  unsigned long long brake_ns = 0;
  unsigned long long reasons = 0;
  unsigned processes = 0;
  unsigned busy_percent = 0;
  int lock_status = 0;  // what locking and unlocking answer
  std::array<unsigned, 2> locked{};
  int locks = 0;
  int unlocks = 0;
  int starts = 0;
  int ends = 0;
};

inline constexpr const char* kFakeUuid = "GPU-fake";

}  // namespace ratchet::bench::testing

// The one symbol that a real driver lacks.
extern "C" ratchet::bench::testing::FakeNvml* fake_nvml_state();
