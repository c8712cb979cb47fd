#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "src/importers/csv_text.h"
#include "src/importers/formats.h"

namespace ratchet::importers {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string excerpt(std::string_view text) {
  std::string found = "\"";
  found.append(text.substr(0, 40));
  return found + '"';
}

template <class Number>
std::optional<Number> parsed(std::string_view text) {
  Number value{};
  text = trimmed(text);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

// 0: not a column of times.
double unit_of_column(std::string_view name) {
  if (name == "time_ns") return 1;
  if (name == "time_us") return 1e3;
  if (name == "time_ms") return 1e6;
  return name == "time_s" ? 1e9 : 0;
}

// Where each column stands; -1: not there.
struct Columns {
  int time = -1;
  int name = -1;
  int launch = -1;
  int bytes = -1;
  double unit_ns = 1;
  std::size_t count = 1;
};

// Bare numbers are a column of times in ns.
Columns columns_of(const CsvRow& header, const std::string& file) {
  Columns columns;
  columns.count = header.fields.size();
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const std::string_view name = trimmed(header.fields[i]);
    const double unit_ns = unit_of_column(name);
    int* place = unit_ns > 0        ? &columns.time
                 : name == "case"   ? &columns.name
                 : name == "launch" ? &columns.launch
                 : name == "bytes"  ? &columns.bytes
                                    : nullptr;
    if (place == nullptr)
      refuse_line(
          file, header.line,
          "the column " + excerpt(name) + " is none of case, launch, bytes, time_ns, time_us, time_ms and time_s");
    if (*place >= 0) refuse_line(file, header.line, "two columns for the same thing, or times in two units");
    *place = static_cast<int>(i);
    if (unit_ns > 0) columns.unit_ns = unit_ns;
  }
  if (columns.time < 0) refuse_line(file, header.line, "no column of times, such as time_ns");
  return columns;
}

std::string_view first_line(std::string_view text) {
  for (;;) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!trimmed(line).empty() || line.size() == text.size()) return trimmed(line);
    text.remove_prefix(line.size() + 1);
  }
}

bool fits(std::string_view text) {
  const std::string_view line = first_line(text);
  return parsed<double>(line).has_value() || (line.find("time_") != std::string_view::npos && line.front() != '{');
}

class Table {
 public:
  Table(Columns columns, const Source& source) : columns_(columns), source_(source) {}

  void add(const CsvRow& row) {
    if (row.fields.size() != columns_.count)
      refuse_line(
          source_.name, row.line,
          std::to_string(columns_.count) + " columns expected, " + std::to_string(row.fields.size()) + " found");
    const std::string name = columns_.name < 0 ? source_.title : row.fields[static_cast<std::size_t>(columns_.name)];
    const auto [at, is_new] = index_.try_emplace(name, measurements_.size());
    if (is_new) measurements_.emplace_back().facts.id = name;
    Measurement& measured = measurements_[at->second];
    const std::uint64_t bytes = columns_.bytes < 0 ? 0 : whole(row, columns_.bytes);
    if (!is_new && measured.facts.bytes != bytes)
      refuse_line(source_.name, row.line, "other bytes than in the rows before");
    measured.facts.bytes = bytes;
    launch_of(measured, row).push_back(time_ns(row));
  }

  std::vector<Measurement> take() { return std::move(measurements_); }

 private:
  const std::string& field(const CsvRow& row, int column) const { return row.fields[static_cast<std::size_t>(column)]; }

  std::uint64_t whole(const CsvRow& row, int column) const {
    const auto value = parsed<std::uint64_t>(field(row, column));
    if (!value) refuse_line(source_.name, row.line, excerpt(field(row, column)) + " is not a whole number");
    return *value;
  }

  double time_ns(const CsvRow& row) const {
    const std::string& text = field(row, columns_.time);
    const auto value = parsed<double>(text);
    if (!value || !(*value > 0) || !std::isfinite(*value))
      refuse_line(source_.name, row.line, excerpt(text) + " is not a time above zero");
    return *value * columns_.unit_ns;
  }

  // Launches count from 0 and stand in order, so that a row that was lost or moved is seen.
  std::vector<double>& launch_of(Measurement& measured, const CsvRow& row) const {
    const std::uint64_t launch = columns_.launch < 0 ? 0 : whole(row, columns_.launch);
    const std::size_t known = measured.launches.size();
    if (launch != known && launch + 1 != known)
      refuse_line(source_.name, row.line,
                  "launch " + std::to_string(launch) + " does not follow: they count from 0, in order");
    if (launch == known) measured.launches.emplace_back();
    return measured.launches.back();
  }

  Columns columns_;
  const Source& source_;
  std::map<std::string, std::size_t> index_;
  std::vector<Measurement> measurements_;
};

Reading read_text(const Source& source) {
  const std::vector<CsvRow> rows = csv_rows(source.text, source.name);
  Columns columns;
  std::size_t first = 0;
  if (parsed<double>(rows.front().fields.front())) {
    columns.time = 0;
  } else {
    columns = columns_of(rows.front(), source.name);
    first = 1;
  }
  Table table(columns, source);
  for (std::size_t i = first; i < rows.size(); ++i) table.add(rows[i]);
  Run run;
  run.measurements = table.take();
  Reading reading{{run}, {}};
  if (columns.launch < 0) reading.lacks.emplace_back("no column `launch`: the times of a file are one launch");
  return reading;
}

}  // namespace

Adapter csv() {
  return {"csv", "numbers, one a line (ns), or a CSV with a header: time_ns (or _us, _ms, _s), case, launch, bytes",
          fits, read_text};
}

}  // namespace ratchet::importers
