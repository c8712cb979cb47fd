// A run against a table of expected times, such as that of a published report: does this machine reproduce it? A time
// agrees when its whole interval lies within the tolerance, in both directions: a reproduction that is twice as fast is
// none. Numbers of another device are not held against it at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet {

struct ExpectedTime {
  std::string id;
  double time_ns = 0;
  double tolerance = 0;  // as a ratio, to both sides
};

struct ExpectedTable {
  std::string title;
  std::string device_kind;  // "cuda" or "cpu"
  std::string device_name;  // model
  std::vector<ExpectedTime> times;
};

enum class Agreement { Met, Slower, Faster, Unclear, Failed, Missing };
[[nodiscard]] std::string to_string(Agreement agreement);

struct ExpectedReading {
  ExpectedTime expected;
  Agreement agreement = Agreement::Missing;
  std::optional<SideSummary> measured;
  std::string why;  // of all but Met, Slower and Faster
};

struct Verification {
  std::string title;
  std::optional<std::string> no_verdict;  // another device, or one that was not fit: then nothing is judged
  std::vector<ExpectedReading> readings;  // one for each expected time; times are shown without a verdict too
};

[[nodiscard]] Verification verify_run(const Run& run, const ExpectedTable& table);

// Pass: all met. Regressed: one lies outside of its tolerance or failed. No verdict: another device, a case that is
// missing or unclear.
[[nodiscard]] Outcome outcome_of(const Verification& verification);

}  // namespace ratchet
