#include <doctest/doctest.h>

#include "reading.h"

namespace ratchet::importers {
namespace {

std::string document(const std::string& rows) {
  return R"({"context": {"date": "2026-11-26T04:45:24+00:00", "library_version": "v1.9.1", "json_schema_version": 1},
             "benchmarks": [)" +
         rows + "]}";
}

std::string repetition(const std::string& name, int index, const std::string& rest) {
  return R"({"name": ")" + name + R"(", "run_name": ")" + name + R"(", "run_type": "iteration", "repetitions": 2,
             "repetition_index": )" +
         std::to_string(index) + R"(, "threads": 1, "iterations": 100, )" + rest + "}";
}

std::string aggregate(const std::string& name, const std::string& what, double time) {
  return R"({"name": "x", "run_name": ")" + name + R"(", "run_type": "aggregate", "aggregate_name": ")" + what +
         R"(", "real_time": )" + std::to_string(time) + R"(, "cpu_time": 1, "time_unit": "ns"})";
}

TEST_CASE("google-benchmark: repetitions are the samples of a launch, and aggregates are not") {
  const Reading reading = reading_of(
      "google-benchmark",
      document(repetition("copy/4096", 0,
                          R"("real_time": 2.5, "cpu_time": 2.0, "time_unit": "us", "bytes_per_second": 2.048e9)") +
               "," +
               repetition("copy/4096", 1,
                          R"("real_time": 2.6, "cpu_time": 1.0, "time_unit": "us", "bytes_per_second": 4.096e9)") +
               "," + aggregate("copy/4096", "mean", 2.55)));
  const Run& run = reading.runs.at(0);
  REQUIRE(run.measurements.size() == 1);
  CHECK(run.measurements[0].facts.id == "copy/4096");
  CHECK(run.measurements[0].facts.bytes == 4096);
  CHECK(run.measurements[0].launches == std::vector<std::vector<double>>{{2500, 2600}});
  CHECK(run.started_at == "2026-11-26T04:45:24+00:00");
  CHECK(run.tool == "Google Benchmark v1.9.1");
  CHECK(reading.lacks.size() == 1);
}

TEST_CASE("google-benchmark: bytes of manual timing are those of its own clock, and those of threads are unknown") {
  const auto bytes_of = [](const std::string& name, const std::string& rest) {
    return reading_of("google-benchmark", document(repetition(name, 0, rest)))
        .runs.at(0)
        .measurements.at(0)
        .facts.bytes;
  };
  const std::string row = R"("real_time": 1, "cpu_time": 4, "time_unit": "ms", "bytes_per_second": 1e6)";
  CHECK(bytes_of("a/manual_time", row) == 1000);
  CHECK(bytes_of("a", row) == 4000);
  CHECK(bytes_of("a", R"("real_time": 1, "cpu_time": 4, "time_unit": "ms", "bytes_per_second": 1.0001e2)") == 0);
}

TEST_CASE("google-benchmark: an error and a skip stay what they are") {
  const Reading reading = reading_of(
      "google-benchmark",
      document(
          repetition(
              "a", 0,
              R"("error_occurred": true, "error_message": "no device", "real_time": 0, "cpu_time": 0, "time_unit": "ns")") +
          "," +
          repetition(
              "b", 0,
              R"("skipped": true, "skip_message": "no GPU", "real_time": 0, "cpu_time": 0, "time_unit": "ns")")));
  const auto& measurements = reading.runs.at(0).measurements;
  REQUIRE(measurements.size() == 2);
  CHECK(measurements[0].launches.empty());
  CHECK(measurements[0].failures.at(0).kind == "module_error");
  CHECK(measurements[0].failures.at(0).message == "no device");
  CHECK(is_unavailable(measurements[1].failures));
}

TEST_CASE("google-benchmark: aggregates alone give one number with a warning, or nothing") {
  const auto only =
      reading_of("google-benchmark", document(aggregate("a", "mean", 3) + "," + aggregate("a", "median", 2)))
          .runs.at(0)
          .measurements.at(0);
  CHECK(only.launches == std::vector<std::vector<double>>{{2}});
  CHECK(only.warnings.size() == 1);
  CHECK(says(refusal("google-benchmark", document(aggregate("a", "mean", 3))), "no median"));
}

TEST_CASE("google-benchmark: two benchmarks of one name, zero times and other units are refused") {
  const std::string good = R"("real_time": 1, "cpu_time": 1, "time_unit": "ns")";
  CHECK(says(refusal("google-benchmark", document(repetition("a", 0, good) + "," + repetition("a", 0, good))),
             "two benchmarks have this name"));
  CHECK(says(
      refusal("google-benchmark", document(repetition("a", 0, R"("real_time": 0, "cpu_time": 1, "time_unit": "ns")"))),
      "a: expected times above zero"));
  CHECK(says(
      refusal("google-benchmark", document(repetition("a", 0, R"("real_time": 1, "cpu_time": 1, "time_unit": "min")"))),
      "expected a unit of time"));
  CHECK(says(refusal("google-benchmark", document("")), "holds no case"));
  CHECK(says(refusal("google-benchmark", R"({"context": {}, "benchmarks": {}})"), "expected a list"));
}

}  // namespace
}  // namespace ratchet::importers
