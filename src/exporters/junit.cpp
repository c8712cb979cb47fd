#include <fmt/format.h>
#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "src/exporters/exporter.h"

namespace ratchet::exporters {
namespace {

enum class Kind { Passed, Failure, Error, Skipped };

Kind kind_of(const CaseVerdict& verdict, Outcome outcome) {
  switch (verdict.verdict) {
    case Verdict::Held:
    case Verdict::Improved:
    case Verdict::Accepted:
    case Verdict::Identical:
      return Kind::Passed;
    case Verdict::Regressed:
      return Kind::Failure;
    case Verdict::Invalid:
      return Kind::Error;
    default:
      return outcome == Outcome::Pass ? Kind::Skipped : Kind::Error;
  }
}

// XML 1.0 has no control characters, not even escaped.
std::string clean(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, ' ');
  return text;
}

std::string joined(const std::vector<std::string>& reasons) {
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
  return clean(text);
}

std::string summary_of(const CaseVerdict& verdict) {
  std::string text = to_string(verdict.verdict);
  if (verdict.change) text += fmt::format(": {:+.3f} %", 100 * *verdict.change);
  if (verdict.change_ci)
    text += fmt::format(" [{:+.3f}, {:+.3f}] %", 100 * verdict.change_ci->low, 100 * verdict.change_ci->high);
  if (verdict.tolerance > 0) text += fmt::format(", tolerance {:g} %", 100 * verdict.tolerance);
  return text;
}

struct Suite {
  pugi::xml_node node;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  void add(const std::string& name, Kind kind, const std::string& word, const std::string& message,
           const std::string& details) {
    pugi::xml_node test = node.append_child("testcase");
    test.append_attribute("classname") = "ratchet";
    test.append_attribute("name") = clean(name).c_str();
    test.append_attribute("time") = "0";
    ++tests;
    if (kind == Kind::Passed) {
      test.append_child("system-out").text() = message.c_str();
      return;
    }
    ++(kind == Kind::Failure ? failures : kind == Kind::Error ? errors : skipped);
    const char* element = kind == Kind::Failure ? "failure" : kind == Kind::Error ? "error" : "skipped";
    pugi::xml_node result = test.append_child(element);
    result.append_attribute("message") = message.c_str();
    if (kind != Kind::Skipped) result.append_attribute("type") = word.c_str();
    result.text() = details.c_str();
  }
};

void count(pugi::xml_node node, const Suite& suite, double seconds) {
  node.append_attribute("name") = "ratchet";
  node.append_attribute("tests") = suite.tests;
  node.append_attribute("failures") = suite.failures;
  node.append_attribute("errors") = suite.errors;
  if (std::string(node.name()) == "testsuite") node.append_attribute("skipped") = suite.skipped;
  node.append_attribute("time") = fmt::format("{:.3f}", seconds).c_str();
}

}  // namespace

std::string junit(const CheckVerdict& check, const std::string& made_at) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("testsuites");
  Suite suite{root.append_child("testsuite")};
  for (const CaseVerdict& verdict : check.cases)
    suite.add(verdict.id, kind_of(verdict, check.outcome), to_string(verdict.verdict), summary_of(verdict),
              joined(verdict.reasons));
  if (check.outcome != Outcome::Pass && suite.failures + suite.errors == 0)
    suite.add("outcome", Kind::Error, to_string(check.outcome), "the check did not pass: " + to_string(check.outcome),
              joined(check.reasons));
  count(root, suite, check.device_seconds);
  count(suite.node, suite, check.device_seconds);
  suite.node.append_attribute("timestamp") = made_at.substr(0, 19).c_str();  // the schema has no zone
  std::ostringstream text;
  document.save(text, " ", pugi::format_default, pugi::encoding_utf8);
  return text.str();
}

}  // namespace ratchet::exporters
