#include "src/documents/documents.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "refusal.h"

using namespace ratchet;

namespace {

const std::string kData = RATCHET_TEST_DATA;

Environment h200() {
  Device device{"cuda", "NVIDIA H200", "GPU-1", "9.0", 150'000'000'000, 62'914'560, 4.8e12};
  return {device, "580.159.04", "13.0", "Xeon", "Debian 12", "locked:1500", 32};
}

CaseFacts named(const std::string& id) {
  CaseFacts facts;
  facts.id = id;
  return facts;
}

CaseFacts facts(const std::string& id) {
  CaseFacts facts = named(id);
  facts.bytes = 67108864;
  facts.flops = 17179869184;
  facts.peak_memory_bytes = 100;
  facts.l2 = "cold";
  facts.definition = "abc123";
  facts.source = "kernels/copy/copy.cu:42";
  facts.batch = 16;
  facts.handicap_percent = 0.5;
  facts.timed_by = "host";
  facts.kernels = "1 x copy in 2x1x1 blocks";
  return facts;
}

const std::string kSha = "0123456789abcdef0123456789abcdef01234567";

Commit commit() {
  return {kSha, std::string(40, 'b'), {std::string(40, 'c')}, "Tune", "2026-11-22T10:00:00+01:00", true};
}

Run full_run() {
  Run run;
  run.uuid = "11111111-2222-4333-8444-555555555555";
  run.commit = commit();
  run.started_at = "2026-11-22T10:00:00.25Z";
  run.tool = "ratchet 0.1.0";
  run.environment = h200();
  run.measurements.push_back(
      {facts("copy/plain/n=1"), {{100.5, 101}, {99, 0.1 + 0.2}}, Check{true, 2.7e-4, 0.003}, {"few launches"}, {}});
  run.measurements.push_back({facts("copy/wide/n=1"), {}, std::nullopt, {}, {{"timed_out", "", "after 60 s"}}});
  run.telemetry.push_back({.launch = 3,
                           .sm_clock_mhz = 1980,
                           .memory_clock_mhz = 3201,
                           .temperature_c = 41.5,
                           .power_w = 370,
                           .energy_j = 12.5,
                           .throttled_power_ns = 5,
                           .throttled_thermal_ns = 6,
                           .throttled_hardware_ns = 9,
                           .sentinel_copy_ns = 7,
                           .sentinel_fma_ns = 8,
                           .copy_bytes_per_s = 4.3e12,
                           .tensor_flops_per_cycle = 540672,
                           .null_launch_ns = 1100,
                           .interval_overhead_ns = 2300,
                           .busy_percent = 17,
                           .processes_before = 2,
                           .processes_after = 3});
  return run;
}

Duet full_duet() {
  Duet duet;
  duet.baseline = {"main", commit(), "aa"};
  duet.candidate = {"work", {}, "bb"};
  duet.environment = h200();
  duet.cases.push_back({facts("copy/plain/n=1"),
                        "old123",
                        {{{100, 101}, {102, 103}}},
                        Check{true, 0, 0},
                        Check{false, 0.5, 2},
                        {"warm"},
                        {{"wrong_answer", "candidate", "rel_l2 0.5"}}});
  return duet;
}

void check_same(const CaseFacts& a, const CaseFacts& b) {
  CHECK(a.id == b.id);
  CHECK(a.unit == b.unit);
  CHECK(a.bytes == b.bytes);
  CHECK(a.flops == b.flops);
  CHECK(a.peak_memory_bytes == b.peak_memory_bytes);
  CHECK(a.l2 == b.l2);
  CHECK(a.definition == b.definition);
  CHECK(a.source == b.source);
  CHECK(a.batch == b.batch);
  CHECK(a.handicap_percent == b.handicap_percent);
  CHECK(a.timed_by == b.timed_by);
  CHECK(a.kernels == b.kernels);
}

}  // namespace

TEST_CASE("documents: every field of a run survives writing and reading") {
  const Run run = full_run();
  const Run back = documents::read_run(documents::write(run), "run.json");
  CHECK(back.uuid == run.uuid);
  CHECK(back.commit.sha == run.commit.sha);
  CHECK(back.commit.tree == run.commit.tree);
  CHECK(back.commit.parents == run.commit.parents);
  CHECK(back.commit.subject == run.commit.subject);
  CHECK(back.commit.time == run.commit.time);
  CHECK(back.commit.dirty);
  CHECK(back.started_at == run.started_at);
  CHECK(back.tool == run.tool);
  REQUIRE(back.environment);
  CHECK(back.environment->device.kind == "cuda");
  CHECK(back.environment->device.name == "NVIDIA H200");
  CHECK(back.environment->device.uuid == "GPU-1");
  CHECK(back.environment->device.compute_capability == "9.0");
  CHECK(back.environment->device.memory_bytes == 150'000'000'000);
  CHECK(back.environment->device.l2_bytes == 62'914'560);
  CHECK(back.environment->device.peak_bandwidth_bytes_per_s == 4.8e12);
  CHECK(back.environment->driver == "580.159.04");
  CHECK(back.environment->cuda_runtime == "13.0");
  CHECK(back.environment->cpu == "Xeon");
  CHECK(back.environment->os == "Debian 12");
  CHECK(back.environment->clock_policy == "locked:1500");
  CHECK(back.environment->timer_tick_ns == 32);
  REQUIRE(back.measurements.size() == 2);
  check_same(back.measurements[0].facts, run.measurements[0].facts);
  CHECK(back.measurements[0].launches == run.measurements[0].launches);
  REQUIRE(back.measurements[0].check);
  CHECK(back.measurements[0].check->verified);
  CHECK(back.measurements[0].check->rel_l2 == 2.7e-4);
  CHECK(back.measurements[0].check->row_error == 0.003);
  CHECK(back.measurements[0].warnings == run.measurements[0].warnings);
  CHECK(back.measurements[1].launches.empty());
  CHECK(!back.measurements[1].check);
  REQUIRE(back.measurements[1].failures.size() == 1);
  CHECK(back.measurements[1].failures[0].kind == "timed_out");
  CHECK(back.measurements[1].failures[0].message == "after 60 s");
  REQUIRE(back.telemetry.size() == 1);
  const Telemetry& t = back.telemetry[0];
  CHECK(t.launch == 3);
  CHECK(std::vector{t.sm_clock_mhz, t.temperature_c, t.power_w} == std::vector{1980.0, 41.5, 370.0});
  CHECK(std::vector{t.throttled_power_ns, t.throttled_thermal_ns} == std::vector{5.0, 6.0});
  CHECK(std::vector{t.sentinel_copy_ns, t.sentinel_fma_ns} == std::vector{7.0, 8.0});
  CHECK(std::vector{t.memory_clock_mhz, t.energy_j, t.throttled_hardware_ns} == std::vector{3201.0, 12.5, 9.0});
  CHECK(std::vector{t.null_launch_ns, t.interval_overhead_ns, t.busy_percent} == std::vector{1100.0, 2300.0, 17.0});
  CHECK(std::vector{t.copy_bytes_per_s, t.tensor_flops_per_cycle} == std::vector{4.3e12, 540672.0});
  CHECK(t.processes_before == 2);
  CHECK(t.processes_after == 3);
}

TEST_CASE("documents: every field of a duet survives writing and reading") {
  const Duet duet = full_duet();
  const Duet back = documents::read_duet(documents::write(duet), "duet.json");
  CHECK(back.baseline.label == "main");
  CHECK(back.baseline.commit.sha == kSha);
  CHECK(back.baseline.module_hash == "aa");
  CHECK(back.candidate.label == "work");
  CHECK(back.candidate.commit.sha.empty());
  CHECK(back.candidate.module_hash == "bb");
  CHECK(back.environment->device.name == "NVIDIA H200");
  REQUIRE(back.cases.size() == 1);
  check_same(back.cases[0].facts, duet.cases[0].facts);
  CHECK(back.cases[0].baseline_definition == "old123");
  REQUIRE(back.cases[0].launches.size() == 1);
  CHECK(back.cases[0].launches[0].baseline_ns == std::vector{100.0, 101.0});
  CHECK(back.cases[0].launches[0].candidate_ns == std::vector{102.0, 103.0});
  CHECK(back.cases[0].baseline_check->verified);
  CHECK(!back.cases[0].candidate_check->verified);
  CHECK(back.cases[0].candidate_check->row_error == 2);
  CHECK(back.cases[0].warnings == duet.cases[0].warnings);
  REQUIRE(back.cases[0].failures.size() == 1);
  CHECK(back.cases[0].failures[0].side == "candidate");
}

TEST_CASE("documents: a module description survives writing and reading") {
  const documents::ModuleDescription module{"ratchet_cuda", "cuda", h200(), {facts("copy/plain/n=1")},
                                            {"modules can write files here: this kernel has no Landlock"}};
  const auto back = documents::read_module(documents::write(module), "module");
  CHECK(back.unconfined == module.unconfined);
  CHECK(back.name == "ratchet_cuda");
  CHECK(back.device == "cuda");
  CHECK(back.environment->driver == "580.159.04");
  REQUIRE(back.cases.size() == 1);
  check_same(back.cases[0], module.cases[0]);
}

TEST_CASE("documents: a comparison of calls survives writing and reading") {
  const documents::CallComparisons calls{
      {{"copy/plain/n=1", true, {"_Z4copyPf", "_Z4tailPf"}, ""}, {"copy/wide/n=1", false, {}, "the grid differs"}}};
  const auto back = documents::read_call_comparisons(documents::write(calls), "calls");
  REQUIRE(back.cases.size() == 2);
  CHECK(back.cases[0].id == "copy/plain/n=1");
  CHECK(back.cases[0].same);
  CHECK(back.cases[0].kernels == calls.cases[0].kernels);
  CHECK(back.cases[0].why == "");
  CHECK(!back.cases[1].same);
  CHECK(back.cases[1].kernels.empty());
  CHECK(back.cases[1].why == "the grid differs");
}

TEST_CASE("documents: the written text is stable, format first, one case a line, unknowns left out") {
  Run run;
  run.measurements.push_back({named("a/b/n=1"), {{1.5}, {2}}, std::nullopt, {}, {}});
  run.measurements.push_back({named("a/b/n=2"), {{3}}, std::nullopt, {}, {}});
  CHECK(documents::write(run) ==
        "{\n"
        "  \"format\": \"ratchet.run/1\",\n"
        "  \"measurements\": [\n"
        "    {\"case\":\"a/b/n=1\",\"unit\":\"ns\",\"batch\":1,\"launches\":[[1.5],[2.0]]},\n"
        "    {\"case\":\"a/b/n=2\",\"unit\":\"ns\",\"batch\":1,\"launches\":[[3.0]]}\n"
        "  ]\n"
        "}\n");
}

TEST_CASE("documents: the clocks of a launch of a duet read back, and none are written where none were counted") {
  Duet duet;
  DuetCase one;
  one.facts.id = "copy/plain/n=1";
  one.launches = {{{1, 2}, {3, 4}, 1980, 1975.5}, {{1, 2}, {3, 4}}};
  duet.cases = {one};
  const std::string text = documents::write(duet);
  const auto launches = documents::read_duet(text, "d").cases[0].launches;
  CHECK(launches[0].baseline_clock_mhz == 1980);
  CHECK(launches[0].candidate_clock_mhz == 1975.5);
  CHECK(launches[1].candidate_clock_mhz == 0);
  CHECK(text.find("clock_mhz") == text.rfind("clock_mhz"));
}

TEST_CASE("documents: times read back to the same bits") {
  const std::vector<double> times = {
      0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 47910.000000000007, 123456789012345680};
  Run run;
  run.measurements.push_back({named("a/b/n=1"), {times}, std::nullopt, {}, {}});
  CHECK(documents::read_run(documents::write(run), "r").measurements[0].launches[0] == times);
}

TEST_CASE("documents: a NaN or an infinity is not written") {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Run run = full_run();
    run.measurements[0].launches[0][1] = bad;
    CHECK(contains(refusal([&] { (void)documents::write(run); }), "copy/plain/n=1"));
    run = full_run();
    run.measurements[0].check->rel_l2 = bad;
    CHECK(contains(refusal([&] { (void)documents::write(run); }), "rel_l2"));
  }
}

TEST_CASE("documents: a wrong answer full of NaNs reads back as infinitely wrong") {
  Run run = full_run();
  run.measurements[0].check = Check{false, std::nan(""), std::nan("")};
  const auto check = documents::read_run(documents::write(run), "r").measurements[0].check;
  REQUIRE(check);
  CHECK(!check->verified);
  CHECK(check->rel_l2 == std::numeric_limits<double>::infinity());
  CHECK(check->row_error == std::numeric_limits<double>::infinity());
}

TEST_CASE("documents: a subject that is not UTF-8 does not stop a run from being written") {
  Run run = full_run();
  run.commit.subject = "caf\xe9";
  CHECK(documents::read_run(documents::write(run), "r").commit.subject == "caf\xef\xbf\xbd");
}

TEST_CASE(
    "documents: a duet needs only its format and each case's name, unit and launches, and unknown fields are ignored") {
  const Duet duet = documents::read_duet(
      R"({"later": [1, {"x": null}], "cases": [{"case": "a", "unit": "us", "flavour": 7,
          "launches": [{"baseline": [1.5, 2], "candidate": [3, 4], "humidity": "high"}]}], "format": "ratchet.duet/1"})",
      "d.json");
  REQUIRE(duet.cases.size() == 1);
  CHECK(duet.cases[0].facts.unit == "ns");
  CHECK(duet.cases[0].facts.batch == 1);
  CHECK(duet.cases[0].launches[0].baseline_ns == std::vector{1500.0, 2000.0});
  CHECK(!duet.environment);
  CHECK(duet.baseline.commit.sha.empty());
}

TEST_CASE("documents: units are converted to nanoseconds") {
  const auto first_time = [](const std::string& unit) {
    const std::string text =
        R"({"format":"ratchet.run/1","measurements":[{"case":"a","unit":")" + unit + R"(","launches":[[2.5]]}]})";
    return documents::read_run(text, "r").measurements[0].launches[0][0];
  };
  CHECK(first_time("ns") == 2.5);
  CHECK(first_time("us") == 2.5e3);
  CHECK(first_time("ms") == 2.5e6);
  CHECK(first_time("s") == 2.5e9);
}

TEST_CASE("documents: a recorded duet of an H200 is read whole") {
  const std::string text = documents::read_file(kData + "/duet_h200.json.gz");
  CHECK(documents::format_of(text, "duet_h200.json.gz") == "ratchet.duet/1");
  const Duet duet = documents::read_duet(text, "duet_h200.json.gz");
  REQUIRE(duet.cases.size() == 3);
  CHECK(duet.environment->device.name == "NVIDIA H200");
  for (const DuetCase& duet_case : duet.cases) {
    REQUIRE(duet_case.launches.size() == 3);
    for (const DuetLaunch& launch : duet_case.launches) {
      CHECK(launch.baseline_ns.size() == 11);
      CHECK(launch.candidate_ns.size() == 11);
    }
  }
}

TEST_CASE("documents: a pair of processes may have unequal samples, but not none; rounds are equally many") {
  const auto text = [](const std::string& facts, const std::string& baseline) {
    return R"({"format":"ratchet.duet/1","cases":[{"case":"s/a","unit":"us")" + facts +
           R"(,"launches":[{"baseline":[)" + baseline + R"(],"candidate":[3,4]}]}]})";
  };
  const std::string by_process = R"(,"timed_by":"process")";
  const Duet duet = documents::read_duet(text(by_process, "1"), "d");
  CHECK(is_by_process(duet.cases[0].facts));
  CHECK(duet.cases[0].launches[0].baseline_ns == std::vector<double>{1000});
  CHECK(documents::write(documents::read_duet(documents::write(duet), "d")) == documents::write(duet));
  CHECK(contains(refusal([&] { (void)documents::read_duet(text(by_process, ""), "d"); }), "no rounds"));
  CHECK(contains(refusal([&] { (void)documents::read_duet(text("", "1"), "d"); }), "a round has one of each"));
}
