#include "ratchet/expected.h"

#include <doctest/doctest.h>

using namespace ratchet;

namespace {

const ExpectedTable kTable{"table", "cuda", "NVIDIA L4", {{"a/x/n=1", 1000, 0.1}}};

Run run_of(std::vector<double> launch_ns, const std::string& device = "NVIDIA L4") {
  Run run;
  run.environment = Environment{};
  run.environment->device.kind = "cuda";
  run.environment->device.name = device;
  Measurement& one = run.measurements.emplace_back();
  one.facts.id = "a/x/n=1";
  one.check = Check{true, 0, 0};
  for (const double time_ns : launch_ns) one.launches.push_back({time_ns});
  return run;
}

Agreement agreement(const Run& run) { return verify_run(run, kTable).readings.at(0).agreement; }

}  // namespace

TEST_CASE("verify: a time within the tolerance is met, and one beyond it is not, in both directions") {
  CHECK(agreement(run_of({1000, 1010, 1020, 990, 980})) == Agreement::Met);
  CHECK(agreement(run_of({1090, 1095, 1099, 1080, 1085})) == Agreement::Met);
  CHECK(agreement(run_of({1110, 1120, 1130, 1140, 1150})) == Agreement::Slower);
  CHECK(agreement(run_of({500, 500, 500, 500, 500})) == Agreement::Faster);
  CHECK(agreement(run_of({1000, 1050, 1090, 1110, 1150})) == Agreement::Unclear);
}

TEST_CASE("verify: outcomes are those of every command") {
  CHECK(outcome_of(verify_run(run_of({1000, 1000, 1000, 1000, 1000}), kTable)) == Outcome::Pass);
  CHECK(outcome_of(verify_run(run_of({1200, 1200, 1200, 1200, 1200}), kTable)) == Outcome::Regressed);
  CHECK(outcome_of(verify_run(run_of({800, 800, 800, 800, 800}), kTable)) == Outcome::Regressed);
  CHECK(outcome_of(verify_run(run_of({1000, 1050, 1090, 1110, 1150}), kTable)) == Outcome::NoVerdict);
  CHECK(outcome_of(Verification{}) == Outcome::NoVerdict);  // nothing was expected
}

TEST_CASE("verify: on another device nothing fails and nothing passes") {
  const Verification elsewhere = verify_run(run_of({9000, 9000, 9000, 9000, 9000}, "NVIDIA H200"), kTable);
  CHECK(elsewhere.no_verdict == "the table is of \"NVIDIA L4\", the run of \"NVIDIA H200\"");
  CHECK(outcome_of(elsewhere) == Outcome::NoVerdict);
  Run unknown = run_of({1000, 1000, 1000, 1000, 1000});
  unknown.environment.reset();
  CHECK(outcome_of(verify_run(unknown, kTable)) == Outcome::NoVerdict);
}

TEST_CASE("verify: a missing case, too few launches and a hot device are no pass") {
  Run run = run_of({1000, 1000, 1000, 1000});
  CHECK(agreement(run) == Agreement::Unclear);
  CHECK(outcome_of(verify_run(run, kTable)) == Outcome::NoVerdict);
  run.measurements.clear();
  CHECK(agreement(run) == Agreement::Missing);
  CHECK(outcome_of(verify_run(run, kTable)) == Outcome::NoVerdict);
  Run hot = run_of({1000, 1000, 1000, 1000, 1000});
  Telemetry reading;
  reading.throttled_thermal_ns = 5e6;
  hot.telemetry = {reading};
  CHECK(outcome_of(verify_run(hot, kTable)) == Outcome::NoVerdict);
}

TEST_CASE("verify: a wrong answer is not reproduced, whatever its time") {
  Run run = run_of({1000, 1000, 1000, 1000, 1000});
  run.measurements[0].check->verified = false;
  CHECK(agreement(run) == Agreement::Failed);
  CHECK(outcome_of(verify_run(run, kTable)) == Outcome::Regressed);
}
