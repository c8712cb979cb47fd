#include "ratchet/roofline.h"

#include <doctest/doctest.h>

#include "tests/ratchet/synthetic.h"

using namespace ratchet;

namespace {

CaseFacts facts_of(std::uint64_t bytes, std::uint64_t flops, const std::string& l2) {
  CaseFacts facts;
  facts.bytes = bytes;
  facts.flops = flops;
  facts.l2 = l2;
  return facts;
}

// Of an L4: 2 * 6251 MHz * 192 bit / 8, 58 multiprocessors at 2.04 GHz.
const Ceilings kL4{300.048e9, 250e9, 58 * 1024 * 2.04e9, 48 << 20};

}  // namespace

TEST_CASE("roofline: a cold copy has its share of the peak and of a large copy, a warm one has none") {
  const Rates cold = rates_of(facts_of(200'000'000, 0, "cold"), 1e6, kL4);
  CHECK(cold.bytes_per_s == 200e9);
  CHECK(cold.of_peak.value_or(0) == 200e9 / 300.048e9);
  CHECK(cold.of_copy.value_or(0) == 0.8);
  CHECK_FALSE(cold.of_flops);
  CHECK(cold.bound == "memory");
  const Rates warm = rates_of(facts_of(200'000'000, 0, "warm"), 1e6, kL4);
  CHECK_FALSE(warm.of_peak);
  CHECK_FALSE(warm.of_copy);
  CHECK_FALSE(warm.warning);
  CHECK(warm.bound == "memory");
}

TEST_CASE("roofline: the founding document's 317 GB/s on a 300 GB/s card are a warm cache, and are said to be") {
  // Attention, B=32 H=8 S=128 D=64 in FP16: Q, K, V and O.
  const Rates rates = rates_of(facts_of(16'777'216, 1'073'741'824, "warm"), 52'900, kL4);
  CHECK(rates.warning.value_or("") ==
        "317 GB/s from a warm cache, more than the memory's peak of 300 GB/s: it says nothing about memory");
  CHECK(rates.flops_per_byte == 64);
  CHECK(rates.bound == "cache");
}

TEST_CASE("roofline: what a perfect kernel would meet first binds") {
  // The ridge of this card lies at 404 flops a byte.
  CHECK(rates_of(facts_of(1'000'000'000, 300'000'000'000, "cold"), 1e7, kL4).bound == "memory");
  const Rates dense = rates_of(facts_of(1'000'000'000, 500'000'000'000, "cold"), 1e7, kL4);
  CHECK(dense.bound == "arithmetic");
  CHECK(dense.of_flops.value_or(0) == 50e12 / (58 * 1024 * 2.04e9));
  CHECK(rates_of(facts_of(0, 1000, "warm"), 10, kL4).bound == "arithmetic");
  CHECK(rates_of(facts_of(1000, 1000, "warm"), 10, {}).bound == "");
  CHECK(rates_of(facts_of(0, 0, "warm"), 10, kL4).bound == "");
  CHECK(rates_of(facts_of(1000, 1000, "warm"), 0, kL4).bytes_per_s == 0);
}

TEST_CASE("roofline: ceilings come from the environment and from the launches that tell") {
  std::vector<Telemetry> launches(3);
  launches[0].copy_bytes_per_s = 4.2e12;
  launches[1].copy_bytes_per_s = 4.3e12;
  launches[2].copy_bytes_per_s = 4.4e12;
  launches[0].tensor_flops_per_cycle = launches[1].tensor_flops_per_cycle = 132 * tensor_flops_per_cycle(9, 0);
  launches[0].sm_clock_mhz = launches[1].sm_clock_mhz = 1830;
  const Ceilings ceilings = ceilings_of(synthetic::h200(), launches);
  CHECK(ceilings.peak_bytes_per_s == 4.8e12);
  CHECK(ceilings.copy_bytes_per_s == 4.3e12);
  CHECK(ceilings.flops_per_s == 132.0 * 4096 * 1830e6);  // the data sheet's 989 TFLOP/s
  CHECK(ceilings_of(std::nullopt, {}).copy_bytes_per_s == 0);
  CHECK(tensor_flops_per_cycle(8, 0) * 108 * 1.41e9 == 2048 * 108 * 1.41e9);  // 312 TFLOP/s
  CHECK(tensor_flops_per_cycle(7, 5) == 0);
}
