#include "ratchet/environment.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ratchet/error.h"
#include "ratchet/summary.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;

TEST_CASE("environment: what changes times forbids a comparison, what does not is left out") {
  const Environment one = synthetic::h200();
  CHECK_FALSE(incomparable(one, one));
  Environment other = one;
  other.os = "Ubuntu 24.04";
  other.device.uuid = "GPU-2";
  other.cpu = "another";
  CHECK_FALSE(incomparable(one, other));
  CHECK(fingerprint(one) == fingerprint(other));

  const auto differs = [&](auto change) {
    Environment changed = one;
    change(changed);
    CHECK(fingerprint(one) != fingerprint(changed));
    return incomparable(one, changed).value_or("");
  };
  CHECK(differs([](Environment& e) { e.driver = ""; }) == "driver differs: 580.159.04 against unknown");
  CHECK(differs([](Environment& e) { e.cuda_runtime = "12.9"; }) == "CUDA runtime differs: 13.0 against 12.9");
  CHECK(differs([](Environment& e) { e.device.kind = "cpu"; }) == "device kind differs: cuda against cpu");
  CHECK(differs([](Environment& e) { e.device.compute_capability = "8.9"; }) ==
        "compute capability differs: 9.0 against 8.9");
}

TEST_CASE("environment: on a CPU device the CPU is the device") {
  Environment one;
  one.device.kind = "cpu";
  one.cpu = "EPYC 9654";
  Environment other = one;
  other.cpu = "Xeon 8480C";
  CHECK(incomparable(one, other).value_or("") == "CPU differs: EPYC 9654 against Xeon 8480C");
}

TEST_CASE("environment: an unwritten clock policy is the default, and an absent environment compares with nothing") {
  Environment unwritten = synthetic::h200();
  unwritten.clock_policy = "";
  CHECK_FALSE(incomparable(synthetic::h200(), unwritten));
  CHECK(incomparable(synthetic::h200(), std::nullopt));
  CHECK(incomparable(std::nullopt, std::nullopt));
}

namespace {

std::string unfit(const std::vector<Telemetry>& launches, const std::string& kind = "cuda") {
  return degraded(launches, kind).value_or("");
}

std::vector<Telemetry> quiet_launches(std::size_t count) {
  std::vector<Telemetry> launches(count);
  for (std::size_t i = 0; i < count; ++i) {
    launches[i].launch = i;
    launches[i].sentinel_fma_ns = 100e3;
    launches[i].sentinel_copy_ns = 30e3;
  }
  return launches;
}

}  // namespace

TEST_CASE("environment: time lost to heat or a power brake makes a device unfit, with the reading; a cap does not") {
  auto launches = quiet_launches(3);
  launches[1].throttled_power_ns = 5e8;
  CHECK(unfit(launches) == "");
  CHECK(unfit({}) == "");
  launches[1].throttled_hardware_ns = 3e6;
  CHECK(unfit(launches) == "the device slowed down because of its power brake for 3 ms in launch 1 (0 C)");
  launches[1].throttled_thermal_ns = 12e6;
  launches[1].temperature_c = 91;
  CHECK(unfit(launches) == "the device slowed down because of heat for 12 ms in launch 1 (91 C)");
  CHECK(unfit(launches, "cpu") != "");
  CHECK(throttled(launches[1]));
  CHECK_FALSE(throttled(launches[0]));
}

TEST_CASE(
    "environment: a GPU that others keep busy is unfit, one with an idle neighbour is not, a CPU is never alone") {
  auto launches = quiet_launches(2);
  launches[1].processes_before = 1;
  launches[1].processes_after = 1;
  launches[1].busy_percent = 5;
  CHECK(unfit(launches) == "");
  launches[1].busy_percent = 34;
  CHECK(unfit(launches) == "the device was 34 % busy with 1 other process before launch 1");
  CHECK(unfit(launches, "cpu") == "");
}

TEST_CASE("environment: a process that joins during a launch makes it unfit, one that leaves does not") {
  auto launches = quiet_launches(2);
  launches[0].processes_before = 3;
  CHECK(unfit(launches) == "");
  launches[0].processes_after = 5;
  CHECK(unfit(launches) == "2 other processes began to use the device during launch 0");
}

TEST_CASE("environment: a launch whose sentinel left the range of the others ran on another device") {
  auto launches = quiet_launches(5);
  launches[3].sentinel_fma_ns = 109e3;
  CHECK(unfit(launches) == "");
  launches[3].sentinel_fma_ns = 130e3;
  CHECK(unfit(launches) ==
        "the device was not itself in launch 3: its sentinel of arithmetic took +30 % against the other launches");
  CHECK(unfit(launches, "cpu") == "");
  launches[3].sentinel_fma_ns = 100e3;
  launches[4].sentinel_copy_ns = 20e3;
  CHECK(unfit(launches) ==
        "the device was not itself in launch 4: its sentinel of memory took -33 % against the other launches");
  launches[4].sentinel_copy_ns = 0;  // not read is not out of range
  CHECK(unfit(launches) == "");
  launches.resize(2);  // of two, none is the odd one
  launches[1].sentinel_fma_ns = 200e3;
  CHECK(unfit(launches) == "");
}

TEST_CASE("environment: a device that warms up by more than 15 C says so, and is fit all the same") {
  auto launches = quiet_launches(3);
  CHECK_FALSE(drifted(launches));  // not told
  launches[0].temperature_c = 41;
  launches[1].temperature_c = 58;
  launches[2].temperature_c = 56;
  CHECK(drifted(launches).value_or("") == "the device went from 41 C to 56 C (41 .. 58 C) during the launches");
  CHECK(unfit(launches) == "");
  launches[0].temperature_c = 43;
  CHECK_FALSE(drifted(launches));
}

TEST_CASE("environment: more bytes a second than the memory moves are impossible, unless the caches may hold them") {
  const Environment device = synthetic::h200();  // 4.8 TB/s, 50 MiB of L2
  CaseFacts facts;
  facts.bytes = 1'000'000'000;
  CHECK_FALSE(impossible(facts, 1e9 / 4.8e12 * 1e9, device));
  CHECK_FALSE(impossible(facts, 1e9 / 4.8e12 * 1e9 / 1.019, device));
  CHECK(impossible(facts, 1e9 / 4.8e12 * 1e9 / 1.03, device).value_or("") ==
        "moves 4944 GB/s, more than the device's peak of 4800 GB/s");
  facts.bytes = 40'000'000;
  CHECK_FALSE(impossible(facts, 1000, device));  // 40 TB/s from a warm L2
  facts.l2 = "cold";
  CHECK(impossible(facts, 1000, device));
  Environment unknown = device;
  unknown.device.peak_bandwidth_bytes_per_s = 0;
  CHECK_FALSE(impossible(facts, 1000, unknown));
  facts.bytes = 0;
  CHECK_FALSE(impossible(facts, 1000, device));
}

TEST_CASE("summary: a side is the median of its launches' medians, and their interval") {
  MedianBootstraps bootstraps;
  const SideSummary side = summarize({{1, 5, 3}, {10, 8}, {4, 4, 4, 4}}, 36, "c0ffee", bootstraps);
  CHECK(side.median_ns == 4);
  CHECK(side.ci_ns.low == 3);
  CHECK(side.ci_ns.high == 9);
  CHECK(side.launches == 3);
  CHECK(side.samples == 9);
  CHECK(side.commit == "c0ffee");
  CHECK(side.bandwidth_gb_per_s == 9);
  CHECK(bandwidth_gb_per_s(0, 4) == 0);
  CHECK(bandwidth_gb_per_s(36, 0) == 0);
}

TEST_CASE("summary: a case without launches, or a launch without samples, has no summary") {
  MedianBootstraps bootstraps;
  CHECK_THROWS_AS((void)summarize({}, 0, "", bootstraps), Error);
  CHECK_THROWS_AS((void)summarize({{1.0}, {}}, 0, "", bootstraps), Error);
}
