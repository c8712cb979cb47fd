#include "src/documents/expected_document.h"

#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

ExpectedTime read_expected_time(const Node& node) {
  ExpectedTime expected;
  expected.id = node.at("case").text();
  expected.time_ns = node.at("time").number() * read_unit_ns(node);
  if (!(expected.time_ns > 0)) node.at("time").refuse("expected a time above zero");
  expected.tolerance = node.at("tolerance").number();
  if (!(expected.tolerance > 0 && expected.tolerance < 1))
    node.at("tolerance").refuse("expected a ratio above 0 and below 1, such as 0.1 for 10 %");
  return expected;
}

Json reading_json(const ExpectedReading& reading) {
  Json json = {{"case", reading.expected.id},
               {"expected_ns", reading.expected.time_ns},
               {"tolerance", reading.expected.tolerance},
               {"agreement", to_string(reading.agreement)}};
  if (reading.measured) {
    json["median_ns"] = reading.measured->median_ns;
    json["ci_ns"] = Json::array({reading.measured->ci_ns.low, reading.measured->ci_ns.high});
    json["launches"] = reading.measured->launches;
  }
  put(json, "why", reading.why);
  return json;
}

}  // namespace

ExpectedTable read_expected(std::string_view text, std::string_view name) {
  const Json document = parse(text, name);
  const Node root(document, name);
  require_format(root, kExpectedFormat);
  const Node device = root.at("device");
  ExpectedTable table{root.at("title").text(), device.at("kind").text(), device.at("name").text(), {}};
  for (const Node& node : read_cases(root, "cases")) table.times.push_back(read_expected_time(node));
  return table;
}

std::string write(const Verification& verification) {
  const Outcome outcome = outcome_of(verification);
  Json document = {
      {"format", "ratchet.verification/1"}, {"outcome", to_string(outcome)}, {"exit_code", exit_code(outcome)}};
  put(document, "title", verification.title);
  put(document, "no_verdict", verification.no_verdict.value_or(""));
  document["cases"] = Json::array();
  for (const ExpectedReading& reading : verification.readings) document["cases"].push_back(reading_json(reading));
  return lay_out(document);
}

}  // namespace ratchet::documents
