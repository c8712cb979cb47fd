#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "reading.h"
#include "src/importers/joined.h"
#include "temporary_folder.h"

namespace ratchet::importers {
namespace {

using Launches = std::vector<std::vector<double>>;

const Measurement& only(const Reading& reading) { return reading.runs.at(0).measurements.at(0); }

// --- NVBench -------------------------------------------------------------------------------------------------------

std::string summary(const std::string& tag, const std::string& data) {
  return R"({"tag": ")" + tag + R"(", "name": "x", "data": [)" + data + "]}";
}

std::string value(const std::string& json) { return R"({"name": "value", "type": "float64", "value": )" + json + "}"; }

std::string bin(const std::string& tag, const std::string& file, const std::string& size) {
  return summary(tag, R"({"name": "filename", "type": "string", "value": ")" + file +
                          R"("}, {"name": "size", "type": "int64", "value": )" + size + "}");
}

std::string state(const std::string& device, const std::string& n, const std::string& rest) {
  return R"({"name": "Device=0 n=)" + n + R"(", "device": )" + device +
         R"(, "axis_values": [{"name": "T", "type": "string", "value": "F32"},
             {"name": "n", "type": "int64", "value": ")" +
         n + R"("}], )" + rest + "}";
}

std::string nvbench(const std::string& states) {
  return R"({"meta": {"version": {"nvbench": {"string": "0.1.0"}}}, "devices": [
    {"id": 0, "name": "NVIDIA L4", "sm_version": 890, "global_memory_size": "24152899584", "l2_cache_size": 50331648},
    {"id": 1, "name": "NVIDIA H200", "sm_version": 900}],
    "benchmarks": [{"name": "copy", "index": 0, "states": [)" +
         states + "]}]}";
}

std::string floats(std::initializer_list<float> values) {
  std::string bytes;
  for (const float one : values) {
    char word[sizeof one];
    std::memcpy(word, &one, sizeof one);  // the machines of ours are little-endian
    bytes.append(word, sizeof one);
  }
  return bytes;
}

const std::string kTimes = "nv/json/bin:nv/cold/sample_times";
const std::string kClocks = "nv/json/freqs-bin:nv/cold/sample_freqs";

TEST_CASE("nvbench: samples and clocks come from the files beside it, 64-bit numbers from strings") {
  const Companion beside = [](const std::string& path) {
    return path == "r.json-bin/0.bin" ? floats({1e-6f, 2e-6f, 3e-6f}) : floats({1.5e9f, 1.7e9f, 1.6e9f});
  };
  const Reading reading =
      reading_of("nvbench",
                 nvbench(state("0", "1024",
                               R"("is_skipped": false, "summaries": [)" + bin(kTimes, "r.json-bin/0.bin", R"("3")") +
                                   "," + bin(kClocks, "r.json-freqs-bin/0.bin", "3") + "," +
                                   summary("nv/cold/time/gpu/mean", value(R"("2e-06")")) + "," +
                                   summary("nv/cold/time/gpu/stdev/relative", value("null")) + "," +
                                   summary("nv/cold/bw/global/bytes_per_second", value("1.024e9")) + "]")),
                 beside);
  const Measurement& copy = only(reading);
  CHECK(copy.facts.id == "copy/T=F32,n=1024");
  REQUIRE(copy.launches.size() == 1);
  REQUIRE(copy.launches[0].size() == 3);
  CHECK(std::abs(copy.launches[0][1] - 2000) < 1e-3);
  CHECK(std::abs(copy.sm_clock_mhz - 1600) < 1e-3);
  CHECK(copy.facts.bytes == 2048);
  CHECK(copy.facts.l2 == "cold");
  const Environment& on = *reading.runs.at(0).environment;
  CHECK(on.device.kind == "cuda");
  CHECK(on.device.name == "NVIDIA L4");
  CHECK(on.device.compute_capability == "8.9");
  CHECK(on.device.memory_bytes == 24152899584ull);
  CHECK(reading.runs.at(0).tool == "NVBench 0.1.0");
}

TEST_CASE("nvbench: every device is a run of its own, and a skipped state is unavailable") {
  const std::string mean = R"("summaries": [)" + summary("nv/cold/time/gpu/mean", value("\"1e-3\"")) + "]";
  const Reading reading = reading_of(
      "nvbench", nvbench(state("0", "1", mean) + "," + state("1", "1", mean) + "," +
                         state("1", "2", R"("summaries": null, "is_skipped": true, "skip_reason": "too big")")));
  REQUIRE(reading.runs.size() == 2);
  CHECK(reading.runs[1].environment->device.name == "NVIDIA H200");
  CHECK(reading.runs[1].environment->device.compute_capability == "9.0");
  CHECK(only(reading).launches == Launches{{1e6}});
  CHECK(only(reading).warnings.size() == 1);
  REQUIRE(reading.runs[1].measurements.size() == 2);
  CHECK(is_unavailable(reading.runs[1].measurements[1].failures));
  CHECK(reading.runs[1].measurements[1].failures[0].message == "skipped: too big");
}

TEST_CASE("nvbench: states of the CPU are a run beside the GPU's, and --device names their device alone") {
  const std::string mean = R"("summaries": [)" + summary("nv/cold/time/gpu/mean", value("1e-3")) + "]";
  const std::string of_cpu = R"("summaries": [)" + bin("nv/json/bin:nv/cpu_only/sample_times", "0.bin", "2") + "," +
                             summary("nv/cpu_only/time/cpu/mean", value("2e-3")) + "," +
                             summary("nv/cpu_only/bw/global/bytes_per_second", value("1e6")) + "]";
  const std::string text = nvbench(state("0", "1", mean) + "," + state("null", "1", of_cpu));
  Reading reading = reading_of("nvbench", text, [](const std::string&) { return floats({1e-3f, 3e-3f}); });
  REQUIRE(reading.runs.size() == 2);
  REQUIRE(only(reading).launches.size() == 1);
  CHECK(std::abs(only(reading).launches[0][1] - 3e6) < 1);
  CHECK(only(reading).facts.bytes == 2000);
  CHECK(only(reading).facts.l2.empty());
  CHECK(only(reading_of("nvbench", nvbench(state("null", "1", of_cpu)))).launches == Launches{{2e6}});

  const Adapter& adapter = adapter_named("nvbench");
  const auto refused = [&](const std::string& device) {
    std::vector<Run> runs = reading.runs;
    try {
      place(runs, adapter, device, "file");
      return std::string();
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  CHECK(says(refused(""), "on which device some of it was measured; name it with --device"));
  CHECK(says(refused("NVIDIA L4"), "name that of the others"));
  place(reading.runs, adapter, "EPYC", "file");
  CHECK(reading.runs[0].environment->device.kind == "cpu");
  CHECK(reading.runs[0].environment->device.name == "EPYC");
  CHECK(reading.runs[1].environment->device.kind == "cuda");
  CHECK(reading.runs[1].environment->device.name == "NVIDIA L4");
}

TEST_CASE("nvbench: files of samples that do not fit, equal states and states without times are refused") {
  const auto with = [](const std::string& bytes, const std::string& size) {
    return refusal("nvbench", nvbench(state("0", "1", R"("summaries": [)" + bin(kTimes, "a.bin", size) + "]")),
                   [&](const std::string&) { return bytes; });
  };
  CHECK(says(with("12345", "\"1\""), "5 bytes"));
  CHECK(says(with(floats({1, 2}), "\"3\""), "8 bytes"));
  CHECK(says(with(floats({1, 2}), "\"two\""), "expected a finite number"));
  CHECK(says(with(floats({1, -2}), "2"), "times above zero"));
  CHECK(says(with("", "0"), "no samples"));
  CHECK(says(with(floats({std::numeric_limits<float>::infinity()}), "1"), "times above zero"));
  const std::string mean = R"("summaries": [)" + summary("nv/cold/time/gpu/mean", value("1")) + "]";
  CHECK(says(refusal("nvbench", nvbench(state("0", "1", mean) + "," + state("0", "1", mean))), "is there twice"));
  CHECK(says(refusal("nvbench", nvbench(state("7", "1", mean))), "no device of this id"));
  CHECK(says(refusal("nvbench", nvbench(state("0", "1", R"("summaries": [])"))), "neither samples nor a mean"));
}

// --- the others ----------------------------------------------------------------------------------------------------

TEST_CASE("pytest-benchmark: rounds, processor, commit and time are taken") {
  const std::string text = R"({"machine_info": {"system": "Linux", "release": "6", "cpu": {"brand_raw": "AMD EPYC"}},
    "commit_info": {"id": "0123456789abcdef0123456789abcdef01234567", "dirty": true},
    "benchmarks": [{"fullname": "test_x.py::test_sum[10]", "stats": {"median": 1e-6, "iterations": 5, "data": [1e-6, 2e-6]}},
                   {"fullname": "test_x.py::test_old", "stats": {"median": 1e-6}}],
    "datetime": "2026-11-26T05:00:53.176306", "version": "3.2.2"})";
  const Reading reading = reading_of("pytest-benchmark", text);
  const Run& run = reading.runs.at(0);
  CHECK(run.measurements.at(0).facts.id == "test_x.py::test_sum[10]");
  CHECK(run.measurements.at(0).launches.at(0).size() == 2);
  CHECK(run.measurements.at(0).facts.batch == 5);
  CHECK(run.measurements.at(1).warnings.size() == 1);
  CHECK(run.environment->cpu == "AMD EPYC");
  CHECK(run.commit.sha == "0123456789abcdef0123456789abcdef01234567");
  CHECK(run.commit.dirty);
  CHECK(run.started_at == "2026-11-26T05:00:53.176306Z");
}

TEST_CASE("catch2: means are named by test case and sections, a failure stays one") {
  const std::string text = R"(<?xml version="1.0" encoding="UTF-8"?>
<Catch2TestRun name="t" catch2-version="3.4.0"><TestCase name="fib"><BenchmarkResults name="fib 10" iterations="118">
<!--All values in nano seconds--><mean value="243.019" lowerBound="1" upperBound="2" ci="0.95"/></BenchmarkResults>
<Section name="in &amp; &lt;section&gt;"><BenchmarkResults name="fails"><failed message="boom"/></BenchmarkResults></Section>
</TestCase></Catch2TestRun>)";
  const Reading reading = reading_of("catch2", text);
  const auto& measurements = reading.runs.at(0).measurements;
  REQUIRE(measurements.size() == 2);
  CHECK(measurements[0].facts.id == "fib/fib 10");
  CHECK(measurements[0].launches == Launches{{243.019}});
  CHECK(measurements[0].facts.batch == 118);
  CHECK(measurements[0].warnings.size() == 1);
  CHECK(measurements[1].facts.id == "fib/in & <section>/fails");
  CHECK(measurements[1].failures.at(0).message == "boom");
}

TEST_CASE("catch2: half a document, entities and endless sections are refused") {
  const std::string begin = "<Catch><TestCase name='a'>";
  const std::string benchmark = "<BenchmarkResults name='b'><mean value='1'/></BenchmarkResults>";
  CHECK(says(refusal("catch2", begin + benchmark), "not well-formed XML"));
  CHECK(says(refusal("catch2", begin + "<BenchmarkResults name='b'/></TestCase></Catch>"), "no mean"));
  CHECK(says(refusal("catch2", begin + benchmark + benchmark + "</TestCase></Catch>"), "is there twice"));
  std::string deep = begin;
  for (int i = 0; i < 100000; ++i) deep += "<Section name='s'>";
  deep += benchmark;
  for (int i = 0; i < 100000; ++i) deep += "</Section>";
  CHECK(says(refusal("catch2", deep + "</TestCase></Catch>"), "nested deeper"));
  const std::string entity = "<!DOCTYPE a [<!ENTITY x SYSTEM '/etc/passwd'>]>" + begin +
                             "<BenchmarkResults name='&x;'><mean value='1'/></BenchmarkResults></TestCase></Catch>";
  CHECK(only(reading_of("catch2", entity)).facts.id == "a/&x;");  // entities of a document's own are not expanded
  CHECK(says(
      refusal("catch2", begin + "<BenchmarkResults name='b'><mean value='nan'/></BenchmarkResults></TestCase></Catch>"),
      "times above zero"));
}

TEST_CASE("criterion: totals are divided by their calls, from the folder and from the messages") {
  const std::string folder =
      R"({"group_id": "g", "full_id": "g/f/10", "directory_name": "g/f/10", "throughput": {"Bytes": 64}})";
  const auto sample = [](const std::string& text) {
    return [text](const std::string& path) {
      CHECK(path == "sample.json");
      return text;
    };
  };
  const Measurement from_folder = only(reading_of(
      "criterion", folder, sample(R"({"sampling_mode": "Linear", "iters": [1.0, 2.0], "times": [10.0, 22.0]})")));
  CHECK(from_folder.facts.id == "g/f/10");
  CHECK(from_folder.facts.bytes == 64);
  CHECK(from_folder.launches == Launches{{10, 11}});
  CHECK(says(refusal("criterion", folder, sample(R"({"iters": [1.0], "times": [10.0, 22.0]})")), "as many counts"));
  CHECK(says(refusal("criterion", folder, sample(R"({"iters": [0], "times": [10.0]})")), "at least one call"));
  CHECK(says(refusal("criterion", folder), "sample.json"));
  const std::string message =
      R"({"reason": "benchmark-complete", "id": "a", "iteration_count": [2], "measured_values": [3],
    "unit": "us", "throughput": [{"per_iteration": 8, "unit": "bytes"}]})";
  std::string line = message;
  line.erase(line.find('\n'), 1);
  const Reading stream = reading_of("criterion", line + "\n{\"reason\": \"group-complete\"}\n");
  CHECK(only(stream).launches == Launches{{1500}});
  CHECK(only(stream).facts.bytes == 8);
}

TEST_CASE("jmh: forks are launches, and throughput is refused") {
  const auto document = [](const std::string& unit, const std::string& raw) {
    return R"([{"jmhVersion": "1.37", "benchmark": "a.B.c", "mode": "avgt", "params": {"n": "10", "m": "x"},
      "primaryMetric": {"score": 1, "scoreError": "NaN", "scoreUnit": ")" +
           unit + "\"" + raw + "}}]";
  };
  const Reading reading = reading_of("jmh", document("us/op", R"(, "rawData": [[1, 2], [3, 4]])"));
  CHECK(only(reading).facts.id == "a.B.c/n=10,m=x");
  CHECK(only(reading).launches == Launches{{1000, 2000}, {3000, 4000}});
  CHECK(says(refusal("jmh", document("ops/s", R"(, "rawData": [[1]])")), "measure with -bm avgt"));
  CHECK(says(refusal("jmh", document("ns/op", "")), "no rawData"));
}

TEST_CASE("go: repetitions are samples, the processor is known, and a failure is not passed over") {
  const Reading reading =
      reading_of("go",
                 "goos: linux\npkg: example.com/x\ncpu: AMD EPYC\nBenchmarkSum\nBenchmarkSum-2   \t "
                 "1000\t 1043 ns/op\t 98.2 MB/s\t 0 B/op\nBenchmarkSum-2 1000 1e3 ns/op\r\nPASS\n");
  CHECK(only(reading).facts.id == "example.com/x.BenchmarkSum-2");
  CHECK(only(reading).launches == Launches{{1043, 1000}});
  CHECK(reading.runs.at(0).environment->device.name == "AMD EPYC");
  const std::string good = "BenchmarkA-2 10 5 ns/op\n";
  CHECK(reading_of("go", good + "--- FAIL: BenchmarkB\nFAIL\n").runs.at(0).measurements.at(1).failures.size() == 1);
  CHECK(is_unavailable(reading_of("go", good + "--- SKIP: BenchmarkB\n").runs.at(0).measurements.at(1).failures));
  CHECK(says(refusal("go", good + "FAIL\n"), "go test failed"));
  CHECK(says(refusal("go", good + "panic: boom\n"), "go test failed"));
  CHECK(says(refusal("go", good + "BenchmarkB-2 10 5 B/op\n"), "has no ns/op"));
  CHECK(says(refusal("go", good + "BenchmarkB-2 hello world 5\n"), "file:2: not a result"));
  CHECK(says(refusal("go", "BenchmarkA-2 10 0 ns/op\n"), "times above zero"));
}

TEST_CASE("bmf: latency is taken, and a benchmark without it is refused") {
  CHECK(only(reading_of("bmf", R"({"a": {"latency": {"value": 12.5, "lower_value": 1}, "throughput": {"value": 1}}})"))
            .launches == Launches{{12.5}});
  CHECK(says(refusal("bmf", R"({"a": {"latency": {"value": 1}}, "b": {"throughput": {"value": 1}}})"), "no measure"));
  CHECK(says(refusal("bmf", R"({"a": {"latency": {"value": 1}}, "a": {"latency": {"value": 1}}})"), "file"));
}

TEST_CASE("companions: a file may name others beside it and nothing else") {
  const Companion beside = companions_in(RATCHET_TEST_DATA);
  CHECK(!beside("help.txt").empty());
  CHECK(!beside("h200/README.md").empty());
  CHECK_THROWS_AS(beside("/etc/passwd"), Error);
  CHECK_THROWS_AS(beside("../main.cpp"), Error);
  CHECK_THROWS_AS(beside("h200/../../main.cpp"), Error);
  CHECK_THROWS_AS(beside("h200"), Error);
  CHECK_THROWS_AS(beside("absent.bin"), Error);
  CHECK_THROWS_AS(beside(""), Error);
  const TemporaryFolder folder;
  std::filesystem::create_symlink(RATCHET_TEST_DATA "/help.txt", folder / "out.bin");
  std::filesystem::create_symlink("out.bin", folder / "twice.bin");
  for (const char* link : {"out.bin", "twice.bin"}) {
    try {
      (void)companions_in(folder.path().string())(link);
      FAIL("a link out of the folder was followed");
    } catch (const Error& error) {
      CHECK(says(error.what(), "is a link that leaves"));
    }
  }
}

}  // namespace
}  // namespace ratchet::importers
