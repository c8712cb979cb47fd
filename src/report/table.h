// A table of text for a terminal or a log: columns as wide as their widest cell, numbers to the right, nothing cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ratchet::report {

enum class Tint { Plain, Good, Bad, Doubt, Faint };

// Terminal colours when on; the text itself when off. A tint never carries what the words do not say.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  [[nodiscard]] std::string operator()(Tint tint, std::string_view text) const;

 private:
  bool on_;
};

enum class Align { Left, Right };

struct Column {
  std::string title;
  Align align = Align::Left;
};

struct Cell {
  std::string text;
  Tint tint = Tint::Plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as columns. Bytes that a terminal would act on are shown as '?': names come from other people's
  // files.
  void add(std::vector<Cell> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text(const Paint& paint) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// `text` with control characters replaced by '?'; UTF-8 passes.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace ratchet::report
