#include "src/importers/csv_text.h"

#include <algorithm>

#include "ratchet/error.h"

namespace ratchet::importers {
namespace {

class Line {
 public:
  Line(std::string_view text, const std::string& file, std::size_t number)
      : rest_(text), file_(file), number_(number) {}

  std::vector<std::string> fields() {
    std::vector<std::string> all;
    for (;;) {
      all.push_back(rest_.starts_with('"') ? quoted() : plain());
      if (rest_.empty()) return all;
      if (rest_.front() != ',') refuse_line(file_, number_, "text after a closing quote");
      rest_.remove_prefix(1);
    }
  }

 private:
  std::string plain() {
    const std::string field(rest_.substr(0, rest_.find(',')));
    if (field.find('"') != std::string::npos) refuse_line(file_, number_, "a quote in the middle of a field");
    rest_.remove_prefix(field.size());
    return field;
  }

  std::string quoted() {
    std::string field;
    for (;;) {
      rest_.remove_prefix(1);
      const auto end = rest_.find('"');
      if (end == std::string_view::npos) refuse_line(file_, number_, "a quote is not closed in its line");
      field += rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      if (!rest_.starts_with('"')) return field;
      field += '"';  // two quotes are one
    }
  }

  std::string_view rest_;
  const std::string& file_;
  std::size_t number_;
};

}  // namespace

void refuse_line(const std::string& file, std::size_t line, const std::string& why) {
  throw Error(file + ":" + std::to_string(line) + ": " + why);
}

std::vector<CsvRow> csv_rows(std::string_view text, const std::string& file) {
  std::vector<CsvRow> rows;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    rows.push_back({number, Line(line, file, number).fields()});
  }
  return rows;
}

}  // namespace ratchet::importers
