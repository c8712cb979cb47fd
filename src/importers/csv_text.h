// The rows of a CSV file as RFC 4180 has them, one record a line: no name of ours holds a line break.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ratchet::importers {

struct CsvRow {
  std::size_t line = 0;  // from 1
  std::vector<std::string> fields;
};

// Blank lines are left out. Throws Error, with file and line, for a quote that is not closed in its line, one in the
// middle of a field, and text after a closing one.
[[nodiscard]] std::vector<CsvRow> csv_rows(std::string_view text, const std::string& file);

[[noreturn]] void refuse_line(const std::string& file, std::size_t line, const std::string& why);

}  // namespace ratchet::importers
