// Cases whose rounds take turns: who is timed when, on whose memory, and what one case may do to the others.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "src/bench/host_timer.h"
#include "src/bench/measure.h"
#include "tests/bench/fake.h"

namespace ratchet::bench {
namespace {

using testing::FakeCase;
using testing::FakeDevice;
using testing::twice;

Measured measure_all(FakeDevice& device, const std::vector<FakeCase*>& cases, const MeasureSettings& settings = {}) {
  std::vector<Entrant> group;
  for (const FakeCase* one : cases) group.push_back({{{"", &testing::fake_module(), &one->abi}}, 0});
  return measure(device, group, settings);
}

void wrong(float* x, float* y) {
  twice(x, y);
  y[3] += 1;
}

TEST_CASE("group: every round times each case once, in mirrored pairs, and each goes first about equally often") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", twice);
  FakeCase c("op/c/", twice);
  const Measured measured = measure_all(device, {&a, &b, &c});
  for (const DuetCase& outcome : measured.outcomes) {
    CHECK(outcome.failures.empty());
    CHECK(outcome.launches.at(0).candidate_ns == std::vector<double>(101, 1000.0));
  }
  CHECK(measured.outcomes[1].facts.id == "op/b/");
  constexpr std::size_t kTimed = 3 * 101;
  const std::vector<std::string> timed(device.turns.end() - kTimed, device.turns.end());
  std::map<std::string, int> leads;
  for (std::size_t round = 0; round < 101; ++round) {
    const auto begin = timed.begin() + static_cast<std::ptrdiff_t>(3 * round);
    ++leads[*begin];
    std::vector<std::string> now(begin, begin + 3);
    if (round % 2 == 0 && round < 100)
      CHECK(std::equal(now.rbegin(), now.rend(), begin + 3));
    std::sort(now.begin(), now.end());
    CHECK(now == std::vector<std::string>{"op/a/", "op/b/", "op/c/"});
  }
  for (const auto& [id, count] : leads) {
    CHECK(count >= 33);
    CHECK(count <= 35);
  }
}

TEST_CASE("group: who asks for the same buffer gets the same memory, and what differs is its own") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", twice);
  FakeCase other_inputs("op/c/", twice);
  other_inputs.buffers[0].seed = 8;
  (void)measure_all(device, {&a, &b, &other_inputs});
  CHECK(a.memory == b.memory);
  CHECK(other_inputs.memory[0] != a.memory[0]);
  CHECK(other_inputs.memory[1] == a.memory[1]);
}

TEST_CASE("group: a warm case finds its own data in the caches, a cold one or one alone is not helped") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", twice);
  (void)measure_all(device, {&a});
  CHECK_FALSE(device.rewarmed);
  (void)measure_all(device, {&a, &b});
  CHECK(device.rewarmed);
  b.abi.l2 = RATCHET_L2_COLD;
  (void)measure_all(device, {&a, &b});
  CHECK_FALSE(device.rewarmed);

  int calls = 0;
  FakeCase counted("op/d/", [&](float* x, float* y) {
    twice(x, y);
    ++calls;
  });
  std::vector<float> x(testing::kFakeCount);
  std::vector<float> y(testing::kFakeCount);
  PreparedCase prepared({"", &testing::fake_module(), &counted.abi}, device.lend(), {x.data(), y.data()});
  const std::vector<Rotation> sides{{&prepared}};
  const std::vector<std::uint8_t> first(3, 0);
  CHECK(HostTimer(sides, {5, false, false, true}, 0, [] {}).rounds(first).rounds.size() == 3);
  CHECK(calls == 3 * (1 + 5));
}

TEST_CASE("group: one that answers wrongly leaves before it is timed, and the others go on without it") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", wrong);
  FakeCase c("op/c/", twice);
  const Measured measured = measure_all(device, {&a, &b, &c});
  CHECK(measured.outcomes[1].failures.at(0).kind == "wrong_answer");
  CHECK(measured.outcomes[1].launches.empty());
  CHECK(b.prepared == b.released);
  CHECK(std::count(device.turns.begin(), device.turns.end(), "op/b/") == 0);
  for (const std::size_t sound : {0u, 2u}) {
    CHECK(measured.outcomes[sound].failures.empty());
    CHECK(measured.outcomes[sound].launches.at(0).candidate_ns.size() == 101);
  }
}

TEST_CASE("group: one that breaks while it is timed has no times, and the others have all of theirs") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", twice);
  FakeCase c("op/c/", twice);
  device.breaks = "op/b/";
  device.breaks_after = 200;  // of 369: 6 for batches, 60 for warm-up
  const Measured measured = measure_all(device, {&a, &b, &c});
  CHECK(measured.outcomes[1].failures.at(0).message == "it broke");
  CHECK(measured.outcomes[0].launches.at(0).candidate_ns.size() == 101);
  CHECK(measured.outcomes[2].launches.at(0).candidate_ns.size() == 101);
}

TEST_CASE("group: what one case writes into the inputs of others is found by all of them") {
  FakeDevice device({0, {1000}});
  int calls = 0;
  FakeCase a("op/a/", twice);
  FakeCase late("op/b/", [&](float* x, float* y) {
    twice(x, y);
    if (++calls > 1) x[5] = 1;  // after its verification
  });
  const Measured measured = measure_all(device, {&late, &a});
  for (const DuetCase& outcome : measured.outcomes) {
    CHECK_FALSE(outcome.failures.empty());
    CHECK(outcome.launches.empty());
  }
}

TEST_CASE("group: a case without enough memory fails alone") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", twice);
  FakeCase large("op/b/", twice);
  large.buffers[0].count = 1 << 20;
  device.largest_bytes = 1 << 20;
  const Measured measured = measure_all(device, {&a, &large});
  CHECK(measured.outcomes[0].failures.empty());
  CHECK(measured.outcomes[1].failures.at(0).kind == "device_error");
}

TEST_CASE("group: rounds in which the device throttled are measured once more by all, and read once") {
  Telemetry hot;
  hot.throttled_thermal_ns = 5e6;
  hot.energy_j = 10;
  FakeDevice device({0, {1000}});
  device.readings = {{}, hot, hot, hot};
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", twice);
  const Measured measured = measure_all(device, {&a, &b});
  REQUIRE(measured.reading);
  CHECK(measured.reading->throttled_thermal_ns == 0);
  for (const DuetCase& outcome : measured.outcomes) {
    CHECK(outcome.warnings == std::vector<std::string>{
                                  "measured a second time: the device slowed down because of heat for 5 ms in launch 0 (0 C)"});
    CHECK(outcome.launches.at(0).candidate_ns.size() == 101);
    CHECK(outcome.launches.at(0).energy_j == 0);  // nobody's alone
  }
}

TEST_CASE("group: warm-up ends when all are steady, and names who never was") {
  FakeDevice device({0, {1000}, 1e5});
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", twice);
  const Measured measured = measure_all(device, {&a, &b});
  for (const DuetCase& outcome : measured.outcomes)
    CHECK(outcome.warnings == std::vector<std::string>{"times were not steady after 100 warm-up rounds"});
}

TEST_CASE("group: every step says how many it is about, and none is between intervals") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", twice);
  FakeCase b("op/b/", wrong);
  std::vector<Entrant> group;
  for (const FakeCase* one : {&a, &b}) group.push_back({{{"", &testing::fake_module(), &one->abi}}, 0});
  std::vector<std::size_t> steps;
  std::vector<std::size_t> turns;
  (void)measure(device, group, {}, [&](std::size_t entrants) {
    steps.push_back(entrants);
    turns.push_back(device.turns.size());
  });
  CHECK(steps == std::vector<std::size_t>{1, 1, 2, 1});  // prepare each, time, finish the one that is left
  CHECK(turns[2] < 50);
  CHECK(turns[3] == device.turns.size());
}

TEST_CASE("group: where nobody is left nothing is timed and nothing read") {
  FakeDevice device({0, {1000}});
  FakeCase a("op/a/", wrong);
  FakeCase b("op/b/", wrong);
  const Measured measured = measure_all(device, {&a, &b});
  CHECK_FALSE(measured.reading);
  CHECK(device.turns.empty());
}

}  // namespace
}  // namespace ratchet::bench
