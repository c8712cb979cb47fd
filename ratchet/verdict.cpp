#include "ratchet/verdict.h"

#include <array>
#include <utility>

#include "ratchet/error.h"

namespace ratchet {
namespace {

constexpr std::array<std::pair<Verdict, const char*>, 10> kVerdictWords{{{Verdict::Held, "held"},
                                                                         {Verdict::Improved, "improved"},
                                                                         {Verdict::Regressed, "regressed"},
                                                                         {Verdict::Inconclusive, "inconclusive"},
                                                                         {Verdict::New, "new"},
                                                                         {Verdict::NoBaseline, "no_baseline"},
                                                                         {Verdict::Missing, "missing"},
                                                                         {Verdict::Invalid, "invalid"},
                                                                         {Verdict::Accepted, "accepted"},
                                                                         {Verdict::Identical, "identical"}}};

}  // namespace

std::string to_string(Verdict verdict) {
  for (const auto& [value, word] : kVerdictWords) {
    if (value == verdict) return word;
  }
  throw Error("a verdict without a word");
}

Verdict verdict_from(const std::string& word) {
  for (const auto& [value, known] : kVerdictWords) {
    if (word == known) return value;
  }
  throw Error("\"" + word + "\" is not a verdict");
}

std::string to_string(Purpose purpose) {
  switch (purpose) {
    case Purpose::Check:
      return "check";
    case Purpose::Record:
      return "record";
    case Purpose::Compare:
      return "compare";
  }
  throw Error("a purpose without a word");
}

Method method_from(const std::string& word) {
  for (const Method method : {Method::None, Method::Duet, Method::Stored, Method::Identical}) {
    if (to_string(method) == word) return method;
  }
  throw Error("\"" + word + "\" is not a method");
}

Purpose purpose_from(const std::string& word) {
  for (const Purpose purpose : {Purpose::Check, Purpose::Record, Purpose::Compare}) {
    if (to_string(purpose) == word) return purpose;
  }
  throw Error("\"" + word + "\" is not a command that judges");
}

std::string to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return "pass";
    case Outcome::Regressed:
      return "regressed";
    case Outcome::NoVerdict:
      return "no_verdict";
    case Outcome::Fault:
      return "fault";
  }
  throw Error("an outcome without a word");
}

std::string to_string(Method method) {
  switch (method) {
    case Method::None:
      return "none";
    case Method::Duet:
      return "duet";
    case Method::Stored:
      return "stored";
    case Method::Identical:
      return "identical";
  }
  throw Error("a method without a word");
}

int exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return 0;
    case Outcome::Regressed:
      return 1;
    case Outcome::Fault:
      return 2;
    case Outcome::NoVerdict:
      return 3;
  }
  throw Error("an outcome without an exit code");
}

}  // namespace ratchet
