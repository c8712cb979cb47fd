#include "src/importers/adapter.h"

#include <doctest/doctest.h>

#include "reading.h"

namespace ratchet::importers {
namespace {

const std::string kHyperfine =
    R"({"results": [{"command": "sleep 1", "mean": 1.0, "times": [1.0, 1.5], "exit_codes": [0, 0]}]})";

TEST_CASE("adapter: the one that fits is found, and a wrong one says which does") {
  CHECK(adapter_of(kHyperfine) == "hyperfine");
  CHECK(adapter_of("12\n13\n") == "csv");
  CHECK(adapter_of("case,time_us\na,1\n") == "csv");
  CHECK(adapter_of(R"({"format":"ratchet.run/1","measurements":[]})") == "ratchet.run");
  CHECK(says(refusal("google-benchmark", kHyperfine), "this one does: hyperfine"));
  CHECK_THROWS_AS(adapter_of("hello"), Error);
  CHECK_THROWS_AS(adapter_of(""), Error);
  CHECK_THROWS_AS((void)adapter_named("nonesuch"), Error);
}

TEST_CASE("adapter: text that is not UTF-8 is refused at its byte") {
  CHECK(says(refusal("csv", "time_ns,case\n1,\"\xff\"\n"), "not UTF-8 at byte 16"));
  CHECK(says(refusal("csv", "time_ns,case\n1,\xed\xa0\x80\n"), "not UTF-8"));  // half of a surrogate pair
  CHECK(says(refusal("csv", "time_ns,case\n1,\xc3"), "not UTF-8"));
  CHECK(reading_of("csv", "time_ns,case\n1,\xc3\xa9\n").runs.front().measurements.front().facts.id == "\xc3\xa9");
}

TEST_CASE("adapter: a larger text than the limit is refused") {
  CHECK(says(refusal("csv", std::string(kMaxTextBytes + 1, '1')), "larger than 256 MiB"));
}

TEST_CASE("csv: bare numbers are one launch of ns, named by the title") {
  const Reading reading = reading_of("csv", "\n12.5\r\n 13\n\n");
  const Measurement& only = reading.runs.at(0).measurements.at(0);
  CHECK(only.facts.id == "title");
  CHECK(only.launches == std::vector<std::vector<double>>{{12.5, 13}});
  CHECK(reading.lacks.size() == 1);
  CHECK(!reading.runs.at(0).environment);
}

TEST_CASE("csv: cases, launches, bytes and the unit come from the header") {
  const Reading reading = reading_of(
      "csv",
      "case,launch,time_us,bytes\n\"a/b/x=1,y=2\",0,1,64\nc,0,5,0\n\"a/b/x=1,y=2\",1,2,64\n\"say \"\"hi\"\"\",0,3,0\n");
  const auto& measurements = reading.runs.at(0).measurements;
  REQUIRE(measurements.size() == 3);
  CHECK(measurements[0].facts.id == "a/b/x=1,y=2");
  CHECK(measurements[0].launches == std::vector<std::vector<double>>{{1000}, {2000}});
  CHECK(measurements[0].facts.bytes == 64);
  CHECK(measurements[2].facts.id == "say \"hi\"");
  CHECK(reading.lacks.empty());
}

TEST_CASE("csv: what is not exactly a table of times is refused with its line") {
  CHECK(says(refusal("csv", "1\n2\nx\n"), "file:3: \"x\" is not a time above zero"));
  CHECK(says(refusal("csv", "1\n-2\n"), "file:2: "));
  CHECK(says(refusal("csv", "1\ninf\n"), "not a time above zero"));
  CHECK(says(refusal("csv", "1\nnan\n"), "not a time above zero"));
  CHECK(says(refusal("csv", "1\n1e999\n"), "not a time above zero"));
  CHECK(refusal("csv", "time_ns\n1e308\n").empty());
  CHECK(says(refusal("csv", "time_s\n1e308\n"), "expected times above zero"));
  CHECK(says(refusal("csv", "1\n2,3\n"), "1 columns expected, 2 found"));
  CHECK(says(refusal("csv", "time_ns,time_us\n1,2\n"), "times in two units"));
  CHECK(says(refusal("csv", "case,time_ns,speed\na,1,2\n"), "\"speed\" is none of"));
  CHECK(says(refusal("csv", "case,launch,time_ns\na,1,2\n"), "launch 1 does not follow"));
  CHECK(says(refusal("csv", "case,time_ns\n,2\n"), "must not be empty"));
  CHECK(says(refusal("csv", "case,time_ns\n\"a,2\n"), "not closed"));
  CHECK(says(refusal("csv", "case,time_ns\n\"a\"b,2\n"), "after a closing quote"));
  CHECK(says(refusal("csv", "case,time_ns\na\"b,2\n"), "in the middle"));
  CHECK(says(refusal("csv", "case,time_ns,bytes\na,2,1\na,2,2\n"), "other bytes"));
  CHECK(says(refusal("csv", "case,time_ns\n"), "holds no case"));
}

TEST_CASE("hyperfine: the runs of a command are the samples of one launch, and a command that failed has none") {
  const Reading reading = reading_of("hyperfine", R"({"results": [
    {"command": "./a 1", "mean": 1, "times": [0.5, 0.25], "exit_codes": [0, 0], "parameters": {"n": "1"}},
    {"command": "./b", "mean": 1, "times": [0.5, 0.25], "exit_codes": [0, 1]},
    {"command": "./c", "mean": 1, "times": [0.5, 0.25], "exit_codes": [null, 0]},
    {"command": "./d", "mean": 1, "median": 2}]})");
  const auto& measurements = reading.runs.at(0).measurements;
  REQUIRE(measurements.size() == 4);
  CHECK(measurements[0].facts.id == "./a 1/n=1");
  CHECK(measurements[0].launches == std::vector<std::vector<double>>{{5e8, 2.5e8}});
  for (const std::size_t failed : {1, 2}) {
    CHECK(measurements[failed].launches.empty());
    CHECK(measurements[failed].failures.at(0).kind == "crashed");
  }
  CHECK(measurements[3].launches == std::vector<std::vector<double>>{{2e9}});
  CHECK(measurements[3].warnings.size() == 1);
}

TEST_CASE("hyperfine: duplicate commands, no results and times of zero are refused") {
  const std::string one = R"({"command": "a", "mean": 1, "times": [1]})";
  CHECK(says(refusal("hyperfine", R"({"results": [)" + one + "," + one + "]}"), "the case a is there twice"));
  CHECK(says(refusal("hyperfine", R"({"results": [], "command": 1, "mean": 2})"), "holds no case"));
  CHECK(says(refusal("hyperfine", R"({"results": [{"command": "a", "mean": 1, "times": [0]}]})"), "above zero"));
  CHECK(says(refusal("hyperfine", R"({"results": [{"command": "a", "mean": 1, "times": []}]})"), "no samples"));
  CHECK(says(refusal("hyperfine", kHyperfine + "}"), "file"));
}

}  // namespace
}  // namespace ratchet::importers
