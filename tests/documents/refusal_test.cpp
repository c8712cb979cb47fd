#include "refusal.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "src/documents/documents.h"
#include "src/documents/node.h"

using namespace ratchet;

namespace {

// A run of two cases: `launch` is the second launch of the second one, and more members may follow it.
std::string run_with(const std::string& launch, const std::string& more = "") {
  return R"({"format":"ratchet.run/1","measurements":[{"case":"a","unit":"ns","launches":[[1]]},)"
         R"({"case":"b","unit":"ns","launches":[[1,2],)" +
         launch + "]" + more + "}]}";
}

std::string run_refusal(const std::string& text) {
  return refusal([&] { (void)documents::read_run(text, "run.json"); });
}

std::string duet_refusal(const std::string& cases) {
  return refusal(
      [&] { (void)documents::read_duet(R"({"format":"ratchet.duet/1","cases":)" + cases + "}", "duet.json"); });
}

void check_refused(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) CHECK_MESSAGE(contains(message, part), message << " lacks: " << part);
  CHECK_MESSAGE(!contains(message, "json.exception"), message);
  CHECK_MESSAGE(!contains(message, "\n"), message);
}

}  // namespace

TEST_CASE("documents: the text that the refusals are made from is accepted") {
  CHECK(run_refusal(run_with("[3]")) == "(nothing was refused)");
}

TEST_CASE("documents: another major version is refused, and both are named") {
  check_refused(run_refusal(R"({"format":"ratchet.run/2","measurements":[]})"),
                {"run.json: format", "ratchet.run/1", "ratchet.run/2", "version"});
  check_refused(run_refusal(R"({"format":"ratchet.duet/1","cases":[]})"), {"ratchet.run/1", "ratchet.duet/1"});
  check_refused(run_refusal(R"({"measurements":[]})"), {"run.json", "\"format\" is missing"});
  check_refused(run_refusal(R"({"format":1})"), {"format", "expected a string"});
  check_refused(refusal([] { (void)documents::format_of("[]", "x"); }), {"x: expected an object, found a list"});
}

TEST_CASE("documents: a time that is no number above zero is refused with its path and case") {
  for (const std::string bad : {"-1", "0", "-0.0", "\"7\"", "null", "true", "[1]", "{}"})
    check_refused(run_refusal(run_with("[3," + bad + "]")),
                  {"run.json: measurements[1].launches[1][1] (case b)", "expected a time above zero, found"});
}

TEST_CASE("documents: NaN, infinities and numbers beyond double are refused with their path") {
  for (const std::string bad : {"NaN", "nan", "Infinity", "-Infinity", "inf", "1e999", "-1e999"})
    check_refused(run_refusal(run_with("[3," + bad + "]")),
                  {"run.json: measurements[1].launches[1][1]: not valid JSON"});
}

TEST_CASE("documents: a time that leaves double when converted to ns is refused") {
  check_refused(
      run_refusal(R"({"format":"ratchet.run/1","measurements":[{"case":"a","unit":"s","launches":[[1e300]]}]})"),
      {"measurements[0].launches[0][0] (case a)"});
}

TEST_CASE("documents: half a document is refused wherever it ends") {
  const std::string whole = run_with("[3]");
  for (std::size_t length = 0; length < whole.size(); ++length)
    check_refused(run_refusal(whole.substr(0, length)), {"run.json: ", "line 1, column "});
}

TEST_CASE("documents: text after the document is refused") {
  check_refused(run_refusal(run_with("[3]") + "{}"), {"run.json: not valid JSON", "line 1, column "});
  check_refused(run_refusal(run_with("[3]") + "\n\nwarning: done"), {"line 3, column "});
}

TEST_CASE("documents: comments are no part of a document") {
  check_refused(run_refusal("// mine\n" + run_with("[3]")), {"line 1, column 1"});
}

TEST_CASE("documents: a case given twice is refused by name") {
  check_refused(run_refusal(R"({"format":"ratchet.run/1","measurements":[)"
                            R"({"case":"a","unit":"ns","launches":[[1]]},{"case":"a","unit":"ns","launches":[[2]]}]})"),
                {"measurements[1].case", "case a is listed twice"});
}

TEST_CASE("documents: a key given twice is refused, since readers differ on which one counts") {
  check_refused(run_refusal(run_with("[3]", R"(,"launches":[[9]])")), {"measurements[1].launches", "twice"});
}

TEST_CASE("documents: no cases is refused") {
  check_refused(run_refusal(R"({"format":"ratchet.run/1","measurements":[]})"), {"measurements", "empty"});
  check_refused(duet_refusal("[]"), {"cases", "empty"});
  check_refused(refusal([] {
                  (void)documents::read_module(R"({"format":"ratchet.module/1","name":"m","device":"cpu","cases":[]})",
                                               "m");
                }),
                {"cases", "empty"});
}

TEST_CASE("documents: a missing required field is refused by name") {
  for (const std::string key : {"case", "unit", "launches"}) {
    std::string text = run_with("[3]");
    text.replace(text.rfind("\"" + key + "\""), key.size() + 2, "\"other\"");
    check_refused(run_refusal(text), {"measurements[1]", "\"" + key + "\" is missing"});
  }
}

TEST_CASE("documents: lists of unequal length in a launch are refused with case and launch") {
  check_refused(duet_refusal(R"([{"case":"k","unit":"ns","launches":[{"baseline":[1],"candidate":[1]},)"
                             R"({"baseline":[1,2],"candidate":[1]}]}])"),
                {"cases[0].launches[1] (case k)", "2 baseline", "1 candidate"});
  check_refused(duet_refusal(R"([{"case":"k","unit":"ns","launches":[{"baseline":[1]}]}])"),
                {"\"candidate\" is missing"});
}

TEST_CASE("documents: an empty launch is refused, and so are no launches without a reason") {
  check_refused(run_refusal(run_with("[]")), {"measurements[1].launches[1] (case b)", "no samples"});
  check_refused(duet_refusal(R"([{"case":"k","unit":"ns","launches":[{"baseline":[],"candidate":[]}]}])"),
                {"no rounds"});
  check_refused(duet_refusal(R"([{"case":"k","unit":"ns","launches":[]}])"),
                {"cases[0].launches (case k)", "no launches"});
  const std::string explained = R"([{"case":"k","unit":"ns","launches":[],"failures":[{"kind":"crashed"}]}])";
  CHECK(duet_refusal(explained) == "(nothing was refused)");
}

TEST_CASE("documents: optional fields of the wrong kind are refused") {
  check_refused(run_refusal(run_with("[3]", R"(,"unit2":0,"bytes":-1)")),
                {"measurements[1].bytes (case b)", "whole number"});
  check_refused(run_refusal(run_with("[3]", R"(,"bytes":1.5)")), {"whole number"});
  check_refused(run_refusal(run_with("[3]", R"(,"flops":1e30)")), {"whole number"});
  check_refused(run_refusal(run_with("[3]", R"(,"batch":0)")), {"batch"});
  check_refused(run_refusal(run_with("[3]", R"(,"l2":"lukewarm")")), {"\"cold\" or \"warm\"", "lukewarm"});
  check_refused(run_refusal(run_with("[3]", R"(,"check":{"rel_l2":0})")), {"check", "\"verified\" is missing"});
  check_refused(run_refusal(run_with("[3]", R"(,"warnings":"many")")), {"warnings", "expected a list"});
  check_refused(run_refusal(run_with("[3]", R"(,"failures":[{"kind":"crashed","side":"left"}])")),
                {"failures[0].side"});
  check_refused(run_refusal(R"({"format":"ratchet.run/1","commit":{"sha":"HEAD"},"measurements":[]})"),
                {"commit.sha", "40 lower-case hex digits", "HEAD"});
  check_refused(run_refusal(R"({"format":"ratchet.run/1","started_at":"yesterday","measurements":[]})"),
                {"started_at", "yesterday"});
  check_refused(duet_refusal(R"([{"case":"k","unit":"minutes","launches":[]}])"), {"unit", "minutes"});
  check_refused(duet_refusal(R"([{"case":"a\nb","unit":"ns","launches":[]}])"), {"control characters"});
}

TEST_CASE("documents: a whole number may be written as a float") {
  CHECK(documents::read_run(run_with("[3]", R"(,"bytes":67108864.0)"), "r").measurements[1].facts.bytes == 67108864);
}

TEST_CASE("documents: depth, width and size are limited before they cost memory") {
  const std::string deep(100'000, '[');
  check_refused(run_refusal(deep), {"run.json: [0][0]", "deeper than 64"});
  std::string wide = "{";
  for (int i = 0; i < 1'001; ++i) wide += "\"k" + std::to_string(i) + "\":0,";
  check_refused(run_refusal(wide), {"1000 members"});
  const auto parse_at_most = [](std::size_t values) {
    return refusal([&] { (void)documents::parse("[[1,2],{\"a\":3}]", "x", documents::Comments::Refused, values); });
  };
  CHECK(parse_at_most(6) == "(nothing was refused)");
  check_refused(parse_at_most(5), {"x: [1].a", "more than 5 values"});
  CHECK(documents::kMaxValues == 10'000'000);
}

TEST_CASE("documents: a message stays one short line whatever the input holds") {
  const std::string message = run_refusal("{\"format\":\"" + std::string(1'000'000, 'x') + "\n");
  check_refused(message, {"run.json: "});
  CHECK(message.size() < 400);
}

TEST_CASE("documents: a sameness is refused without its kernels, and a difference without its reason") {
  const auto refused = [](const std::string& members) {
    return refusal([&] {
      (void)documents::read_call_comparisons(
          R"({"format":"ratchet.launches/1","cases":[{"case":"a",)" + members + "}]}", "calls");
    });
  };
  CHECK(refused(R"("same":true,"kernels":["_Z1kv"])") == "(nothing was refused)");
  check_refused(refused(R"("same":true)"), {"calls: cases[0] (case a)", "kernels"});
  check_refused(refused(R"("same":true,"kernels":[])"), {"calls: cases[0] (case a)", "kernels"});
  check_refused(refused(R"("same":true,"kernels":[""])"), {"must not be empty"});
  check_refused(refused(R"("same":false)"), {"\"why\" is missing"});
  check_refused(refused(R"("same":false,"why":"")"), {"say what differs"});
  check_refused(refused(R"("same":"yes","kernels":["k"])"), {"expected true or false"});
  check_refused(refused(R"("kernels":["k"])"), {"\"same\" is missing"});
}
