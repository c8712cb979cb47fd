// Runs and verdicts in the formats of other tools. Plain text out; nothing here decides, and nothing that failed is
// written as a number.
#pragma once

#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet::exporters {

// One format of a run. Cases without times are left out, so the caller says which these are.
struct RunFormat {
  const char* name;
  const char* about;
  std::string (*write)(const Run& run);
};

[[nodiscard]] const std::vector<RunFormat>& run_formats();

// JUnit XML with one test case a case: a regression is a failure, an invalid case an error. What has no verdict is
// skipped, but only in a check that passed: in every other one it is an error, and there is always one, since a reader
// of JUnit takes a file without failures and errors for a pass. made_at is RFC 3339.
[[nodiscard]] std::string junit(const CheckVerdict& check, const std::string& made_at);

}  // namespace ratchet::exporters
