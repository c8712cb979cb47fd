#include "src/report/table.h"

#include <algorithm>

#include "ratchet/error.h"

namespace ratchet::report {
namespace {

// Code points, not bytes: subjects and author names are UTF-8. Wide characters count as one; a ragged edge is all they
// cost.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

const char* code(Tint tint) {
  switch (tint) {
    case Tint::Good:
      return "\x1b[32m";
    case Tint::Bad:
      return "\x1b[1;31m";
    case Tint::Doubt:
      return "\x1b[33m";
    case Tint::Faint:
      return "\x1b[2m";
    case Tint::Plain:
      break;
  }
  return "";
}

}  // namespace

std::string Paint::operator()(Tint tint, std::string_view text) const {
  if (!on_ || tint == Tint::Plain) return std::string(text);
  return code(tint) + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return shown;
}

void Table::add(std::vector<Cell> row) {
  if (row.size() != columns_.size()) throw Error("a table row with a wrong number of cells");
  for (Cell& cell : row) cell.text = printable(cell.text);
  rows_.push_back(std::move(row));
}

std::string Table::text(const Paint& paint) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = width(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, width(row[i].text));
    widths.push_back(widest);
  }
  std::string out;
  const auto line = [&](const std::vector<Cell>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::size_t gap = widths[i] - width(cells[i].text);
      const bool right = columns_[i].align == Align::Right;
      const bool last = i + 1 == cells.size();
      if (right) out.append(gap, ' ');
      out += paint(cells[i].tint, cells[i].text);
      if (!right && !last) out.append(gap, ' ');
      out += last ? "\n" : "  ";
    }
  };
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Tint::Faint});
  line(titles);
  for (const auto& row : rows_) line(row);
  return out;
}

}  // namespace ratchet::report
