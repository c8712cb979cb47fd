#include "ratchet/witness.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "ratchet/gate.h"
#include "ratchet/stored.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;

namespace {

constexpr std::array kScatter{1.0, 1.001, 0.999, 1.002, 0.998};

// Five launches whose sentinels scatter by 0.2 % around these.
std::vector<Telemetry> telemetry(double copy_ns, double fma_ns) {
  std::vector<Telemetry> launches;
  for (const double off : kScatter) {
    Telemetry launch;
    launch.launch = launches.size();
    launch.sentinel_copy_ns = copy_ns * off;
    launch.sentinel_fma_ns = fma_ns * off;
    launches.push_back(launch);
  }
  return launches;
}

std::vector<double> around(double time_ns) {
  std::vector<double> medians;
  for (const double off : kScatter) medians.push_back(time_ns * off);
  return medians;
}

Run run_of(double time_ns, const std::vector<Telemetry>& launches) {
  Run made = synthetic::run({synthetic::measurement("op/x/n=1", around(time_ns))});
  made.telemetry = launches;
  return made;
}

}  // namespace

TEST_CASE("witness: a sentinel that moved is reported with its name, direction and size") {
  const auto before = telemetry(8000, 7000);
  CHECK(machine_changed(before, telemetry(8000 * 1.031, 7000), {}) ==
        "the machine changed between the runs: sentinel copy +3.1 %");
  CHECK(machine_changed(before, telemetry(8000, 7000 * 0.95), {}) ==
        "the machine changed between the runs: sentinel fma -5.0 %");
  CHECK_FALSE(machine_changed(before, before, {}));
}

TEST_CASE("witness: another setting of the device is another machine, an unknown one is not") {
  auto before = telemetry(8000, 7000);
  auto after = before;
  CHECK_FALSE(machine_changed(before, after, {}));
  after.back().modes.ecc = "on";
  CHECK_FALSE(machine_changed(before, after, {}));
  before.back().modes.ecc = "off";
  CHECK(machine_changed(before, after, {}) == "the machine changed between the runs: ECC was off and is on");
  before.back().modes = {.power_limit_w = 72};
  after.back().modes = {.power_limit_w = 60};
  CHECK(machine_changed(before, after, {}) ==
        "the machine changed between the runs: the power limit was 72 W and is 60 W");
}

TEST_CASE("witness: a shift within three standard deviations of two sessions is none") {
  const auto before = telemetry(8000, 7000);
  CHECK_FALSE(machine_changed(before, telemetry(8000 * 1.0105, 7000), {}));  // 3 * sqrt(2) * 0.25 % is 1.061 %
  CHECK(machine_changed(before, telemetry(8000 * 1.0108, 7000), {}));
  CHECK(machine_changed(before, telemetry(8000 / 1.0108, 7000), {}));
}

TEST_CASE("witness: sentinels whose launches overlap did not move, however far their medians lie apart") {
  std::vector<Telemetry> before = telemetry(8000, 7000);
  before[4].sentinel_copy_ns = 8400;
  CHECK_FALSE(machine_changed(before, telemetry(8000 * 1.03, 7000), {}));
}

TEST_CASE("witness: fewer than five timed launches a side are no witness") {
  std::vector<Telemetry> four = telemetry(8000, 7000);
  four.pop_back();
  CHECK_FALSE(has_witness(four, telemetry(8000, 7000), {}));
  CHECK_FALSE(has_witness(telemetry(0, 0), telemetry(8000, 7000), {}));
  CHECK(has_witness(telemetry(0, 7000), telemetry(8000, 7000), {}));
  CHECK_FALSE(machine_changed(four, telemetry(9000, 9000), {}));
  CHECK_FALSE(machine_changed({}, {}, {}));
  std::vector<Telemetry> broken = telemetry(8000, 7000);
  broken[0].sentinel_copy_ns = std::numeric_limits<double>::quiet_NaN();
  broken[0].sentinel_fma_ns = -1;
  CHECK_FALSE(has_witness(broken, telemetry(8000, 7000), {}));
}

TEST_CASE(
    "witness: when the sentinels moved too, slower, equal and faster cases are no verdict, never a failure or a pass") {
  const Run baseline = run_of(20000, telemetry(8000, 7000));
  for (const double candidate_ns : {19000.0, 20000.0, 21000.0, 40000.0, 8000.0}) {
    Policy lax;
    lax.session_sd = 0.0005;
    CAPTURE(candidate_ns);
    const Run steady = run_of(candidate_ns, telemetry(8000, 7000));
    CHECK(judge_stored(baseline, steady, lax).front().verdict != Verdict::Inconclusive);
    const Run moved = run_of(candidate_ns, telemetry(8000 * 1.05, 7000));
    const auto verdicts = judge_stored(baseline, moved, lax);
    CHECK(verdicts.front().verdict == Verdict::Inconclusive);
    CHECK(verdicts.front().reasons ==
          std::vector<std::string>{"the machine changed between the runs: sentinel copy +5.0 %"});
    const CheckVerdict check = conclude(
        verdicts, lax, Circumstances{.degraded = machine_changed(baseline.telemetry, moved.telemetry, lax)});
    CHECK(check.outcome == Outcome::NoVerdict);
    CHECK(exit_code(check.outcome) == 3);
    CHECK(check.judged == 0);
    CHECK(conclude(verdicts, lax).outcome == Outcome::NoVerdict);
  }
}

TEST_CASE("witness: a wrong answer stays invalid when the machine changed") {
  Run moved = run_of(20000, telemetry(9000, 7000));
  moved.measurements[0].check = Check{false, 1, 1};
  CHECK(judge_stored(run_of(20000, telemetry(8000, 7000)), moved, {}).front().verdict == Verdict::Invalid);
}

TEST_CASE("witness: a regression without sentinels says that nobody watched the machine") {
  const auto last = [](const Run& baseline, const Run& candidate) {
    const CaseVerdict verdict = judge_stored(baseline, candidate, {}).front();
    CHECK(verdict.verdict == Verdict::Regressed);
    return verdict.reasons.back();
  };
  const std::string unwatched = "no sentinels were recorded: a change of the machine would look the same";
  CHECK(last(run_of(20000, {}), run_of(22000, {})) == unwatched);
  CHECK(last(run_of(20000, telemetry(8000, 7000)), run_of(22000, {})) == unwatched);
  CHECK(last(run_of(20000, telemetry(8000, 7000)), run_of(22000, telemetry(8000, 7000))) != unwatched);
}
