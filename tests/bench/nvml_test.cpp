#include "src/bench/nvml.h"

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "tests/bench/fake_nvml.h"

namespace ratchet::bench {
namespace {

using testing::FakeNvml;
using testing::kFakeUuid;

// The state inside the library that Nvml opens; the handle keeps it the same library.
class Driver {
 public:
  explicit Driver(const char* file) : library_(dlopen(file, RTLD_LAZY | RTLD_LOCAL)) {
    REQUIRE(library_);
    state_ = reinterpret_cast<FakeNvml* (*)()>(dlsym(library_, "fake_nvml_state"))();
    *state_ = {};
  }
  ~Driver() { dlclose(library_); }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  FakeNvml* operator->() { return state_; }

 private:
  void* library_;
  FakeNvml* state_ = nullptr;
};

TEST_CASE("nvml: without the library, or without the device, every reading is empty") {
  Nvml none(kFakeUuid, "no_such_library.so.1");
  CHECK_FALSE(none.found_device());
  CHECK(none.driver_version() == "");
  CHECK(none.reading().sm_clock_mhz == 0);
  CHECK_FALSE(none.occupancy().processes);
  CHECK(none.modes().ecc == "");
  CHECK(none.lock_sm_clock(1500).value_or("") == "the driver offers no locking of clocks");

  Nvml other("GPU-another", RATCHET_FAKE_NVML);
  CHECK_FALSE(other.found_device());
  CHECK(other.driver_version() == "580.65.06");
  CHECK(other.reading().power_w == 0);
}

TEST_CASE("nvml: a driver of today is read in full") {
  Driver driver(RATCHET_FAKE_NVML);
  driver->power_cap_ns = 7;
  driver->thermal_ns = 11;
  driver->brake_ns = 13;
  driver->processes = 2;
  driver->busy_percent = 40;
  Nvml nvml(kFakeUuid, RATCHET_FAKE_NVML);
  const Telemetry reading = nvml.reading();
  CHECK(reading.sm_clock_mhz == 1980);
  CHECK(reading.memory_clock_mhz == 3201);
  CHECK(reading.temperature_c == 41);
  CHECK(reading.power_w == 300);  // of the instant, not the average
  CHECK(reading.energy_j == 0);  // slow to tell: asked for apart
  CHECK(nvml.energy_j() == 5);
  CHECK(reading.throttled_power_ns == 7);
  CHECK(reading.throttled_thermal_ns == 11);
  CHECK(reading.throttled_hardware_ns == 13);
  CHECK(nvml.occupancy().processes.value_or(0) == 2);
  CHECK(nvml.occupancy().busy_percent.value_or(0) == 40);
  const DeviceModes modes = nvml.modes();
  CHECK(modes.ecc == "on");
  CHECK(modes.mig == "");  // not supported is not "off"
  CHECK(modes.compute_mode == "exclusive_process");
  CHECK(modes.persistence == "off");
  CHECK(modes.power_limit_w == 700);
  CHECK(modes.highest_sm_clock_mhz == 1980);
}

TEST_CASE("nvml: an old driver that counts no throttled time is asked what throttles it now, for all the time since") {
  Driver driver(RATCHET_FAKE_NVML_OLD);
  Nvml nvml(kFakeUuid, RATCHET_FAKE_NVML_OLD);
  const Telemetry quiet = nvml.reading();
  CHECK(quiet.throttled_thermal_ns == 0);
  CHECK(quiet.temperature_c == 41);
  CHECK(quiet.power_w == 250);  // the average is all there is
  driver->reasons = 0x40 | 0x4 | 0x1;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const Telemetry hot = nvml.reading();
  CHECK(hot.throttled_thermal_ns >= 2e6);
  CHECK(hot.throttled_power_ns == hot.throttled_thermal_ns);
  CHECK(hot.throttled_hardware_ns == 0);
  driver->reasons = 0x80;
  const Telemetry braked = nvml.reading();
  CHECK(braked.throttled_thermal_ns == hot.throttled_thermal_ns);
  CHECK(braked.throttled_hardware_ns > 0);
  driver->reasons = 0x3;  // idle, and clocks that an application chose: nothing is wrong
  CHECK(nvml.reading().throttled_hardware_ns == braked.throttled_hardware_ns);
}

TEST_CASE("nvml: the library is ended as often as it is started") {
  Driver driver(RATCHET_FAKE_NVML);
  { const Nvml nvml(kFakeUuid, RATCHET_FAKE_NVML); }
  CHECK(driver->starts == 1);
  CHECK(driver->ends == 1);
  CHECK(driver->locks == 0);
}

TEST_CASE("nvml: clocks are locked to one value, and a refusal comes in the words of the driver") {
  Driver driver(RATCHET_FAKE_NVML);
  const Nvml nvml(kFakeUuid, RATCHET_FAKE_NVML);
  CHECK_FALSE(nvml.lock_sm_clock(1500));
  CHECK(driver->locked == std::array<unsigned, 2>{1500, 1500});
  CHECK_FALSE(nvml.unlock_sm_clock());
  CHECK(driver->locked == std::array<unsigned, 2>{});
  driver->lock_status = 4;
  CHECK(nvml.lock_sm_clock(1500).value_or("") == "Insufficient Permissions");
}

TEST_CASE("occupancy: nobody else means idle, whatever the average still says") {
  int looks = 0;
  const Occupancy seen = settled_occupancy(
      [&] {
        ++looks;
        return Occupancy{0, 97};
      },
      [] { FAIL("there is nothing to wait for"); });
  CHECK(looks == 1);
  CHECK(seen.busy_percent.value_or(1) == 0);
}

TEST_CASE("occupancy: what an earlier launch left in the average fades away; what others do does not") {
  const std::vector<unsigned> fading{80, 30, 4, 90};
  std::size_t looks = 0;
  int pauses = 0;
  const auto look = [&] { return Occupancy{1, fading[looks++]}; };
  const Occupancy idle = settled_occupancy(look, [&] { ++pauses; });
  CHECK(idle.busy_percent.value_or(0) == 4);
  CHECK(idle.processes.value_or(0) == 1);
  CHECK(pauses == 2);

  pauses = 0;
  const Occupancy busy = settled_occupancy([] { return Occupancy{2, 60}; }, [&] { ++pauses; });
  CHECK(busy.busy_percent.value_or(0) == 60);
  CHECK(pauses == kLooks - 1);

  CHECK_FALSE(settled_occupancy([] { return Occupancy{1, {}}; }, [] {}).busy_percent);
}

}  // namespace
}  // namespace ratchet::bench
