#include "src/cli/device_exam.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ratchet;
using cli::Finding;
using cli::Health;

namespace {

Environment l4() {
  Environment environment;
  environment.device.kind = "cuda";
  environment.device.name = "NVIDIA L4";
  environment.device.peak_bandwidth_bytes_per_s = 300e9;
  environment.clock_policy = "default";
  environment.timer_tick_ns = 32;
  return environment;
}

std::vector<Telemetry> launches() {
  std::vector<Telemetry> all(3);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].launch = i;
    all[i].sm_clock_mhz = 1500;
    all[i].temperature_c = 60;
    all[i].sentinel_copy_ns = 30e3;
    all[i].sentinel_fma_ns = 100e3;
    all[i].copy_bytes_per_s = 250e9;
    all[i].modes.persistence = "on";
    all[i].modes.ecc = "on";
  }
  return all;
}

Finding about(const std::string& what, const Environment& environment, const std::vector<Telemetry>& of) {
  const auto findings = cli::examine_device(environment, of);
  const auto found =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) { return finding.what == what; });
  return found == findings.end() ? Finding{} : *found;
}

}  // namespace

TEST_CASE("doctor: a quiet GPU is fit in every reading") {
  for (const Finding& finding : cli::examine_device(l4(), launches()))
    CHECK_MESSAGE(finding.health == Health::Good, finding.what << ": " << finding.reading);
}

TEST_CASE("doctor: a GPU that brakes by heat is bad, one at its power cap is not") {
  auto of = launches();
  of[1].throttled_power_ns = 4e6;
  CHECK(about("throttling", l4(), of).health == Health::Good);
  CHECK(about("throttling", l4(), of).reading == "by the power cap for 4 ms: normal for small cards under load");
  of[2].throttled_thermal_ns = 1e6;
  CHECK(about("throttling", l4(), of).health == Health::Bad);
}

TEST_CASE("doctor: a GPU that others work with is bad, with the reading") {
  auto of = launches();
  of[0].busy_percent = 30;
  of[0].processes_before = 2;
  CHECK(about("others on the device", l4(), of).reading == "2 processes, 30 % busy before we began");
  CHECK(about("fitness", l4(), of).health == Health::Bad);
}

TEST_CASE("doctor: memory far below its peak, a cold driver, silence of NVML and a coarse timer are noted") {
  auto of = launches();
  of.back().copy_bytes_per_s = 150e9;
  of.back().modes.persistence = "off";
  CHECK(about("memory", l4(), of).health == Health::Notice);
  CHECK(about("memory", l4(), of).reading == "a copy moves 150 GB/s, 50 % of the theoretical 300 GB/s");
  CHECK(about("modes", l4(), of).health == Health::Notice);
  of.back().temperature_c = 0;
  CHECK(about("NVML", l4(), of).health == Health::Notice);
  Environment coarse = l4();
  coarse.timer_tick_ns = 15'625;
  CHECK(about("timer", coarse, of).health == Health::Notice);
}

TEST_CASE("doctor: a sentinel that does not repeat makes a GPU unfit, of a CPU it is noted") {
  auto of = launches();
  of[2].sentinel_fma_ns = 103e3;
  CHECK(about("sentinel of arithmetic", l4(), of).health == Health::Bad);
  CHECK(about("sentinel of memory", l4(), of).health == Health::Good);
  Environment cpu = l4();
  cpu.device.kind = "cpu";
  CHECK(about("sentinel of arithmetic", cpu, of).health == Health::Notice);
}

TEST_CASE("doctor: a loaded CPU and a governor that saves power are noted; no telemetry at all is bad") {
  Environment cpu = l4();
  cpu.device.kind = "cpu";
  auto of = launches();
  of.back().busy_percent = 80;
  CHECK(about("load", cpu, of).health == Health::Notice);
  CHECK(about("clocks", cpu, of).health == Health::Good);
  cpu.clock_policy = "governor:powersave";
  CHECK(about("clocks", cpu, of).health == Health::Notice);
  CHECK(about("telemetry", cpu, {}).health == Health::Bad);
}
