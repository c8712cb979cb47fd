#include "src/bench/measure.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "src/bench/schedule.h"
#include "tests/bench/fake.h"

namespace ratchet::bench {
namespace {

using testing::FakeCase;
using testing::FakeDevice;
using testing::FakeTimes;
using testing::kFakeCount;
using testing::twice;

struct Single {
  DuetCase outcome;
  std::optional<Telemetry> reading;
};

Single single(FakeDevice& device, std::vector<Side> sides, const MeasureSettings& settings, double handicap_percent) {
  const Entrant entrant{std::move(sides), handicap_percent};
  Measured measured = measure(device, {&entrant, 1}, settings);
  return {measured.outcomes.front(), measured.reading};
}

Single run(FakeDevice& device, FakeCase& one, const MeasureSettings& settings = {}, double handicap_percent = 0) {
  return single(device, {{"", &testing::fake_module(), &one.abi}}, settings, handicap_percent);
}

Single duet(FakeDevice& device, FakeCase& baseline, FakeCase& candidate, const MeasureSettings& settings = {}) {
  return single(device,
                {{"baseline", &testing::fake_module(), &baseline.abi},
                 {"candidate", &testing::fake_module(), &candidate.abi}},
                settings, 0);
}

std::string failure_of(const DuetCase& outcome) {
  REQUIRE(outcome.failures.size() == 1);
  const Failure& failure = outcome.failures.front();
  return failure.kind + "|" + failure.side + "|" + failure.message;
}

TEST_CASE("measure: samples are per call, of an interval that holds a batch of calls") {
  FakeDevice device({0, {1000}});
  FakeCase one("op/fake/", twice);
  const DuetCase outcome = run(device, one).outcome;
  CHECK(outcome.facts.batch == 1050);  // 1 ms of 1 us calls, and 5 %
  REQUIRE(outcome.launches.size() == 1);
  CHECK(outcome.launches[0].baseline_ns.empty());
  CHECK(outcome.launches[0].candidate_ns == std::vector<double>(101, 1000.0));
  REQUIRE(outcome.candidate_check);
  CHECK(outcome.candidate_check->verified);
  CHECK(outcome.candidate_check->rel_l2 == 0);
  CHECK(outcome.facts.peak_memory_bytes == 512);
}

TEST_CASE("measure: both sides of a duet get the batch of the faster one") {
  FakeDevice device({0, {4000, 1000}});
  FakeCase baseline("op/fake/", twice);
  FakeCase candidate("op/fake/", twice);
  const DuetCase outcome = duet(device, baseline, candidate).outcome;
  CHECK(outcome.facts.batch == 1050);
  REQUIRE(outcome.launches.size() == 1);
  CHECK(outcome.launches[0].baseline_ns == std::vector<double>(101, 4000.0));
  CHECK(outcome.launches[0].candidate_ns == std::vector<double>(101, 1000.0));
  CHECK(outcome.baseline_definition == outcome.facts.definition);
}

TEST_CASE("measure: both sides work on the same memory") {
  FakeDevice device({0, {1000, 1000}});
  FakeCase baseline("op/fake/", twice);
  FakeCase candidate("op/fake/", twice);
  (void)duet(device, baseline, candidate);
  CHECK(baseline.memory == candidate.memory);
}

TEST_CASE("measure: which side is prepared first changes from launch to launch, and each stays the side it is") {
  for (const std::uint64_t launch : {0U, 1U}) {
    FakeDevice device({0, {1000, 2000}});
    FakeCase baseline("op/fake/", twice);
    FakeCase candidate("op/fake/", twice);
    MeasureSettings settings;
    settings.launch = launch;
    const DuetCase outcome = duet(device, baseline, candidate, settings).outcome;
    CHECK((candidate.turn < baseline.turn) == (launch == 1));
    CHECK(outcome.launches[0].baseline_ns == std::vector<double>(101, 1000.0));
    CHECK(outcome.launches[0].candidate_ns == std::vector<double>(101, 2000.0));
  }
}

TEST_CASE("measure: the rounds that are timed are in the seeded order") {
  FakeDevice device({0, {1000, 1000}});
  FakeCase baseline("op/fake/", twice);
  FakeCase candidate("op/fake/", twice);
  MeasureSettings settings;
  settings.seed = 42;
  (void)duet(device, baseline, candidate, settings);
  CHECK(device.asked.back() == round_order(101, 42));
}

TEST_CASE("measure: another draw gives other inputs, the same draw the same ones, and the answer is verified on them") {
  const auto first_input = [](std::uint64_t draw) {
    FakeDevice device({0, {1000, 1000}});
    float seen = 0;
    FakeCase one("op/fake/", [&](float* x, float* y) {
      seen = x[0];
      twice(x, y);
    });
    MeasureSettings settings;
    settings.inputs = draw;
    const DuetCase outcome = run(device, one, settings).outcome;
    CHECK(outcome.candidate_check->verified);
    return seen;
  };
  CHECK(first_input(0) != first_input(1));
  CHECK(first_input(1) != first_input(2));
  CHECK(first_input(7) == first_input(7));
}

TEST_CASE("measure: what is never written is poison, not an old right answer") {
  FakeDevice device({});
  FakeCase one("op/fake/", [](float* x, float* y) {
    twice(x, y);
    y[5] = std::numeric_limits<float>::quiet_NaN();
  });
  FakeCase idle("op/fake/", [](float*, float*) {});
  const DuetCase outcome = run(device, idle).outcome;
  CHECK(failure_of(outcome) ==
        "wrong_answer||before timing: 'y' holds 64 values that are not finite or were never written");
  CHECK(outcome.launches.empty());
  CHECK_FALSE(outcome.candidate_check->verified);
  CHECK(failure_of(run(device, one).outcome).find("'y' holds 1 values") != std::string::npos);
}

TEST_CASE("measure: a kernel that stops working during the rounds is not verified") {
  FakeDevice device({});
  int calls = 0;
  FakeCase once("op/fake/", [&](float* x, float* y) {
    if (++calls == 1) twice(x, y);
  });
  const DuetCase outcome = run(device, once).outcome;
  CHECK(failure_of(outcome).starts_with("wrong_answer||after timing: "));
  CHECK(outcome.launches.empty());
}

TEST_CASE("measure: a wrong answer names its side and is not timed, and the right side is not blamed") {
  FakeDevice device({});
  FakeCase right("op/fake/", twice);
  FakeCase wrong("op/fake/", [](float* x, float* y) {
    twice(x, y);
    y[9] += 1;
  });
  const DuetCase outcome = duet(device, right, wrong).outcome;
  REQUIRE(outcome.failures.size() == 2);  // by its own reference, and by the baseline's
  for (const Failure& failure : outcome.failures) CHECK(failure.side == "candidate");
  CHECK(outcome.baseline_check->verified);
  CHECK_FALSE(outcome.candidate_check->verified);
  CHECK(outcome.candidate_check->row_error > 1e-6);
  CHECK(device.asked.empty());
}

TEST_CASE("measure: a candidate that bends its own reference answers to the baseline's") {
  FakeDevice device({});
  FakeCase right("op/fake/", twice);
  FakeCase bent(
      "op/fake/",
      [](float* x, float* y) {
        for (std::uint64_t i = 0; i < kFakeCount; ++i) y[i] = 3 * x[i];
      },
      3);
  const std::string failure = failure_of(duet(device, right, bent).outcome);
  CHECK(failure.starts_with("wrong_answer|candidate|before timing, by the reference of the baseline: 'y' is off"));
}

TEST_CASE("measure: a changed input is found, whatever the answer") {
  FakeDevice device({});
  FakeCase changes("op/fake/", [](float* x, float* y) {
    twice(x, y);
    x[3] += 1;
  });
  CHECK(failure_of(run(device, changes).outcome) == "input_changed||launch() changed its input 'x'");
}

TEST_CASE("measure: a write behind the end of a buffer is found") {
  FakeDevice device({});
  FakeCase beyond("op/fake/", [](float* x, float* y) {
    twice(x, y);
    y[kFakeCount] = 0;
  });
  CHECK(failure_of(run(device, beyond).outcome) == "module_error||launch() wrote behind the end of buffer 'y'");
}

TEST_CASE("measure: an error of a module is a failure of the case, and what was prepared is released") {
  FakeDevice device({});
  FakeCase good("op/fake/", twice);
  FakeCase fails("op/fake/", nullptr);
  CHECK(failure_of(duet(device, good, fails).outcome) ==
        "module_error|candidate|launch() failed: no launch on purpose");
  CHECK(good.prepared == 1);
  CHECK(good.released == 1);
  CHECK(fails.released == 1);
}

TEST_CASE("measure: steady times end the warm-up at the number asked for") {
  FakeDevice device({0, {1000}});
  FakeCase one("op/fake/", twice);
  CHECK(run(device, one).outcome.warnings.empty());
  std::size_t rounds = 0;
  for (const auto& order : device.asked) rounds += order.size();
  CHECK(rounds == 5 + 5 + 20 + 101);  // two batches tried, the warm-up, the rounds
}

TEST_CASE("measure: times that never settle end the warm-up at five times the number, with a warning") {
  FakeDevice device({0, {1000}, 1e5});
  FakeCase one("op/fake/", twice);
  CHECK(run(device, one).outcome.warnings ==
        std::vector<std::string>{"times were not steady after 100 warm-up rounds"});
}

TEST_CASE("measure: a handicap is planted and said") {
  FakeDevice device({0, {1000}});
  FakeCase one("op/fake/", twice);
  CHECK(run(device, one, {}, 10).outcome.facts.handicap_percent == 10);
  CHECK(device.planted_percent == 10);
}

TEST_CASE("measure: a cold case that is flushed has one call in an interval, and a coarse timer is said") {
  FakeDevice device({0, {1000}});
  FakeCase one("op/fake/", twice);
  one.abi.l2 = RATCHET_L2_COLD;
  MeasureSettings settings;
  settings.tick_ns = 32;
  const DuetCase outcome = run(device, one, settings).outcome;
  CHECK(device.flushed);
  CHECK(outcome.facts.batch == 1);
  CHECK(outcome.facts.l2 == "cold");
  CHECK(outcome.warnings == std::vector<std::string>{"the timer's tick of 32 ns is 3.2 % of the interval"});
}

TEST_CASE("measure: a cold case walks through sets of buffers in batches of whole turns, and is not flushed") {
  FakeDevice device({0, {1000}});
  device.cache_bytes = 2000;  // 512 bytes a set: four others in between
  std::vector<float*> seen;
  FakeCase one("op/fake/", [&](float* x, float* y) {
    twice(x, y);
    seen.push_back(y);
  });
  one.abi.l2 = RATCHET_L2_COLD;
  const DuetCase outcome = run(device, one).outcome;
  CHECK(outcome.failures.empty());
  CHECK_FALSE(device.flushed);
  CHECK(one.prepared == 5);
  CHECK(one.released == 5);
  CHECK(outcome.facts.batch == 2100);
  CHECK(outcome.facts.batch % 5 == 0);
  CHECK(outcome.facts.peak_memory_bytes == 512);  // of the case, not of the way to measure it
}

TEST_CASE("measure: a cold case that moves little of its buffers, or does not say how much, is flushed") {
  for (const std::uint64_t bytes : {std::uint64_t{8}, std::uint64_t{0}}) {
    FakeDevice device({0, {1000}});
    device.cache_bytes = 2000;
    FakeCase one("op/fake/", twice);
    one.abi.l2 = RATCHET_L2_COLD;
    one.abi.bytes = bytes;
    CHECK(run(device, one).outcome.failures.empty());
    CHECK(device.flushed);
    CHECK(one.prepared == 1);
  }
}

TEST_CASE("measure: every set of a cold case must hold the answer, not only the first") {
  FakeDevice device({0, {1000}});
  device.cache_bytes = 2000;
  float* first = nullptr;
  FakeCase lazy("op/fake/", [&](float* x, float* y) {
    if (!first) first = y;
    if (y == first) twice(x, y);
  });
  lazy.abi.l2 = RATCHET_L2_COLD;
  const DuetCase outcome = run(device, lazy).outcome;
  REQUIRE_FALSE(outcome.failures.empty());
  CHECK(outcome.failures.front().message.starts_with("after timing: 'y' holds 64 values"));
}

TEST_CASE("measure: a kernel that works only where it finds poison is caught in the last call of a batch") {
  FakeDevice device({0, {1000}});
  FakeCase lazy("op/fake/", [](float* x, float* y) {
    if (std::isnan(y[0])) twice(x, y);
  });
  const std::string failure = failure_of(run(device, lazy).outcome);
  CHECK_MESSAGE(failure.starts_with("wrong_answer||in the last call of a batch: 'y' is off"), failure);
}

TEST_CASE("measure: a case timed by the host is timed by its clock, launch by launch, nine times as often, and says so") {
  FakeDevice device({0, {1000}});
  FakeCase one("op/fake/", twice);
  one.abi.timing = RATCHET_TIMED_BY_HOST;
  const Single measured = run(device, one);
  CHECK(measured.outcome.failures.empty());
  CHECK(measured.outcome.facts.timed_by == "host");
  CHECK(device.asked.empty());  // the device's own timer timed nothing
  CHECK(measured.outcome.launches.front().candidate_ns.size() == 9 * 101);
  for (const double call_ns : measured.outcome.launches.front().candidate_ns) CHECK(call_ns > 0);
  FakeCase other("op/other/", twice);
  CHECK(run(device, other).outcome.facts.timed_by.empty());
}

TEST_CASE("measure: what the calls put on the device is told, and energy per call of a run") {
  FakeDevice device({0, {1000}});
  device.times.work = {"1 x kernel"};
  device.readings = {{.energy_j = 10}, {.energy_j = 12}};
  FakeCase one("op/fake/", twice);
  const DuetCase outcome = run(device, one).outcome;
  CHECK(outcome.facts.kernels == "1 x kernel");
  const double calls = 101.0 * static_cast<double>(outcome.facts.batch);
  CHECK(outcome.launches.front().energy_j == doctest::Approx(2 / calls));
  FakeDevice duets({0, {1000, 1000}});
  duets.readings = device.readings;
  FakeCase same("op/fake/", twice);
  CHECK(duet(duets, one, same).reading->energy_j == 0);  // of both sides together it says nothing
}

TEST_CASE("measure: a write before the beginning of a buffer is found") {
  FakeDevice device({});
  FakeCase before("op/fake/", [](float* x, float* y) {
    twice(x, y);
    y[-1] = 0;
  });
  CHECK(failure_of(run(device, before).outcome) == "module_error||launch() wrote before the beginning of buffer 'y'");
}

TEST_CASE("measure: rounds during which the device throttled are measured once more, and then stand with the reading") {
  Telemetry hot;
  hot.throttled_thermal_ns = 5e6;
  FakeDevice recovers({0, {1000}});
  recovers.readings = {{}, hot, hot, hot};
  FakeCase one("op/fake/", twice);
  const Single fine = run(recovers, one);
  CHECK(fine.outcome.warnings ==
        std::vector<std::string>{
            "measured a second time: the device slowed down because of heat for 5 ms in launch 0 (0 C)"});
  CHECK(fine.outcome.launches.size() == 1);
  CHECK(fine.reading->throttled_thermal_ns == 0);

  FakeDevice stays({0, {1000}});
  Telemetry hotter = hot;
  hotter.throttled_thermal_ns = 9e6;
  stays.readings = {{}, hot, hot, hotter};
  const Single poor = run(stays, one);
  CHECK(poor.outcome.launches.size() == 1);
  CHECK(poor.reading->throttled_thermal_ns == 4e6);
  std::size_t timed = 0;
  for (const auto& order : stays.asked) timed += order.size() == 101 ? 1 : 0;
  CHECK(timed == 2);
}

TEST_CASE("measure: the clock that the device counted is kept, a side at a time") {
  FakeDevice device({0, {1000, 1000}, 0, {1980, 1970}});
  FakeCase baseline("op/fake/", twice);
  FakeCase candidate("op/fake/", twice);
  const Single measured = duet(device, baseline, candidate);
  CHECK(measured.outcome.launches[0].baseline_clock_mhz == 1980);
  CHECK(measured.outcome.launches[0].candidate_clock_mhz == 1970);
  CHECK(measured.reading->sm_clock_mhz == 1975);
  FakeDevice alone({0, {1000}, 0, {1980, 0}});
  const Single only = run(alone, baseline);
  CHECK(only.outcome.launches[0].candidate_clock_mhz == 1980);
  CHECK(only.outcome.launches[0].baseline_clock_mhz == 0);
  CHECK(only.reading->sm_clock_mhz == 1980);
}

TEST_CASE("measure: memory that each use keeps is a leak, what the first use keeps is not") {
  FakeDevice device({0, {1000, 1000}});
  FakeCase keeps_once("op/fake/", [&](float* x, float* y) {
    twice(x, y);
    device.used = std::max<std::uint64_t>(device.used, 4096);
  });
  FakeCase leaks("op/fake/", [&](float* x, float* y) {
    twice(x, y);
    device.used += 512;
  });
  MeasureSettings settings;
  settings.find_leaks = true;
  CHECK(run(device, keeps_once, settings).outcome.warnings.empty());
  CHECK(duet(device, keeps_once, leaks, settings).outcome.warnings ==
        std::vector<std::string>{"candidate: 512 bytes of the device's memory are not given back by release()"});
  CHECK(run(device, leaks).outcome.warnings.empty());  // not looked for
}

TEST_CASE("measure: a call that is mostly its own launch is said to be so, and intervals outgrow their own cost") {
  FakeDevice device({0, {1000}});
  FakeCase one("op/fake/", twice);
  MeasureSettings settings;
  settings.floor = {600, 20'000};
  const DuetCase outcome = run(device, one, settings).outcome;
  CHECK(outcome.facts.batch == 2100);  // 2 ms, in which 20 us are 1 %, and 5 %
  CHECK(outcome.warnings == std::vector<std::string>{
                                "a launch of nothing takes 60 % of a call: the launch is measured more than the work"});
}

TEST_CASE("floor: of a device whose intervals cost 2 us and whose empty launches 300 ns") {
  FakeDevice device({2000, {300}});
  const Floor floor = measure_floor(device);
  CHECK(floor.launch_ns == 300);
  CHECK(floor.interval_ns == 2000);
}

TEST_CASE("measure: an interval of no time is a failure, never a very fast call") {
  FakeDevice device({0, {0}});
  FakeCase one("op/fake/", twice);
  CHECK(failure_of(run(device, one).outcome).starts_with("device_error||an interval took no time"));
}

}  // namespace
}  // namespace ratchet::bench
