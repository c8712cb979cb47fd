#include "src/exporters/exporter.h"

#include <doctest/doctest.h>

#include <pugixml.hpp>
#include <set>

#include "src/importers/adapter.h"

namespace ratchet::exporters {
namespace {

Run sample_run() {
  Run run;
  run.commit.sha = std::string(40, 'a');
  run.environment.emplace();
  run.environment->device.name = "NVIDIA \"L4\"";
  Measurement copy;
  copy.facts.id = "copy/x/n=1,m=2";
  copy.facts.bytes = 4000;
  copy.launches = {{1000, 1002, 1001}, {1003, 1002, 1004}};
  Measurement sort;
  sort.facts.id = "say \"hi\"\\";
  sort.launches = {{2000.5}};
  Measurement failed;
  failed.facts.id = "failed";
  failed.failures = {{"crashed", "", "boom"}};
  run.measurements = {copy, sort, failed};
  return run;
}

std::string exported(const std::string& name) {
  for (const RunFormat& format : run_formats())
    if (name == format.name) return format.write(sample_run());
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

CaseVerdict judged(const std::string& id, Verdict verdict) {
  CaseVerdict one;
  one.id = id;
  one.verdict = verdict;
  one.change = 0.0183;
  one.change_ci = Interval{0.0171, 0.0195};
  one.tolerance = 0.005;
  one.reasons = {"because \x01 <of> \"this\""};
  return one;
}

CheckVerdict check_of(Outcome outcome, std::vector<CaseVerdict> cases) {
  CheckVerdict check;
  check.outcome = outcome;
  check.cases = std::move(cases);
  check.device_seconds = 1.5;
  check.reasons = {"the device slowed down"};
  return check;
}

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
};

// Holds the document against what the readers' schemas have in common, and counts what is really in it.
Counts counted(const std::string& xml) {
  pugi::xml_document document;
  REQUIRE(document.load_buffer(xml.data(), xml.size()));
  const pugi::xml_node root = document.document_element();
  REQUIRE(std::string(root.name()) == "testsuites");
  const pugi::xml_node suite = root.child("testsuite");
  REQUIRE(suite);
  CHECK(!suite.next_sibling());
  Counts counts;
  for (const pugi::xml_node& test : suite.children()) {
    REQUIRE(std::string(test.name()) == "testcase");
    CHECK(*test.attribute("name").value() != '\0');
    CHECK(*test.attribute("classname").value() != '\0');
    ++counts.tests;
    int results = 0;
    for (const pugi::xml_node& child : test.children()) {
      const std::string kind = child.name();
      CHECK(std::set<std::string>{"failure", "error", "skipped", "system-out"}.contains(kind));
      counts.failures += kind == "failure";
      counts.errors += kind == "error";
      counts.skipped += kind == "skipped";
      ++results;
    }
    CHECK(results == 1);
  }
  for (const pugi::xml_node& node : {root, suite}) {
    CHECK(node.attribute("tests").as_int() == counts.tests);
    CHECK(node.attribute("failures").as_int() == counts.failures);
    CHECK(node.attribute("errors").as_int() == counts.errors);
    CHECK(std::string(node.attribute("time").value()) == "1.500");
  }
  CHECK(suite.attribute("skipped").as_int() == counts.skipped);
  CHECK(std::string(suite.attribute("timestamp").value()) == "2026-11-26T05:00:00");
  return counts;
}

const std::string kMadeAt = "2026-11-26T05:00:00Z";

TEST_CASE("junit: a regression is a failure, an invalid case an error, and what passed passes") {
  const std::string xml =
      junit(check_of(Outcome::Regressed, {judged("a", Verdict::Held), judged("b", Verdict::Regressed),
                                          judged("c", Verdict::Invalid), judged("d", Verdict::Accepted)}),
            kMadeAt);
  const Counts counts = counted(xml);
  CHECK(counts.tests == 4);
  CHECK(counts.failures == 1);
  CHECK(counts.errors == 1);
  CHECK(has(xml, "regressed: +1.830 % [+1.710, +1.950] %, tolerance 0.5 %"));
  CHECK(has(xml, "because   &lt;of&gt; \"this\""));
}

TEST_CASE("junit: without a verdict a case is skipped in a check that passed and an error in every other") {
  for (const Verdict verdict : {Verdict::Inconclusive, Verdict::New, Verdict::NoBaseline, Verdict::Missing}) {
    CHECK(counted(junit(check_of(Outcome::Pass, {judged("a", verdict)}), kMadeAt)).skipped == 1);
    CHECK(counted(junit(check_of(Outcome::NoVerdict, {judged("a", verdict)}), kMadeAt)).errors == 1);
  }
}

TEST_CASE("junit: a check that did not pass never reads as one that did") {
  for (const Outcome outcome : {Outcome::Regressed, Outcome::NoVerdict, Outcome::Fault}) {
    CHECK(counted(junit(check_of(outcome, {judged("a", Verdict::Held)}), kMadeAt)).errors == 1);
    CHECK(counted(junit(check_of(outcome, {}), kMadeAt)).errors == 1);
  }
  CHECK(counted(junit(check_of(Outcome::Pass, {judged("a", Verdict::Held)}), kMadeAt)).errors == 0);
}

TEST_CASE("csv and bmf: what is exported is imported again") {
  const auto read_back = [](const char* adapter, const std::string& text) {
    return importers::read(importers::adapter_named(adapter), {text, "file", "title", {}}).runs.at(0).measurements;
  };
  const auto csv = read_back("csv", exported("csv"));
  REQUIRE(csv.size() == 2);
  for (std::size_t i = 0; i < csv.size(); ++i) {
    CHECK(csv[i].facts.id == sample_run().measurements[i].facts.id);
    CHECK(csv[i].facts.bytes == sample_run().measurements[i].facts.bytes);
    CHECK(csv[i].launches == sample_run().measurements[i].launches);
  }
  const auto bmf = read_back("bmf", exported("bmf"));
  REQUIRE(bmf.size() == 2);
  CHECK(bmf[0].launches == std::vector<std::vector<double>>{{1002}});
}

TEST_CASE("github-action-benchmark: times and bandwidths are two documents, since a direction is a file's") {
  const std::string times = exported("github-action-benchmark");
  CHECK(has(times, "\"unit\": \"ns\""));
  CHECK(has(times, "\"value\": 1002.0"));
  CHECK(has(times, "2 launches, 6 samples"));
  const std::string rates = exported("github-action-benchmark-bandwidth");
  CHECK(has(rates, "\"unit\": \"GB/s\""));
  CHECK(!has(rates, "say"));  // its bytes are unknown
}

TEST_CASE("openmetrics: seconds, escaped labels, one end") {
  const std::string text = exported("openmetrics");
  CHECK(has(text, "ratchet_latency_seconds{case=\"copy/x/n=1,m=2\",device=\"NVIDIA \\\"L4\\\"\",commit=\"aaaa"));
  CHECK(has(text, "case=\"say \\\"hi\\\"\\\\\""));
  CHECK(has(text, "\"} 1.002e-06\n"));
  CHECK(!has(text, "failed"));
  CHECK(text.ends_with("\n# EOF\n"));
}

}  // namespace
}  // namespace ratchet::exporters
