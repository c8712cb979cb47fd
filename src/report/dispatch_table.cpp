#include "src/report/dispatch_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>

#include "ratchet/error.h"
#include "src/report/table.h"

namespace ratchet::report {
namespace {

constexpr const char* kFirstLine = "// A dispatch table of `ratchet tune`";

struct Block {
  std::string text;
  std::size_t rows = 0;
};
using Blocks = std::map<int, Block>;  // by compute capability

std::string name_of(const std::string& family) {
  std::string name = family;
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

// "8.9" is 89, a CPU is 0.
int number_of(const Environment& environment) {
  std::string digits = environment.device.compute_capability;
  std::erase(digits, '.');
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::string literal(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// A backslash at its end would make a comment of the next line.
std::string comment(const std::string& text) {
  std::string safe = printable(text);
  std::replace(safe.begin(), safe.end(), '\\', '/');
  return safe;
}

Blocks blocks_in(const std::string& text, const std::string& declaration) {
  Blocks blocks;
  if (text.empty()) return blocks;
  if (!text.starts_with(kFirstLine) || text.find(" " + declaration + "{") == std::string::npos)
    throw Error("the file is no dispatch table of this family; it is left as it is");
  std::istringstream lines(text);
  std::optional<int> at;
  for (std::string line; std::getline(lines, line);) {
    const bool head = line.starts_with("    // ");
    const bool row = line.starts_with("    {");
    if (!head && !row) continue;
    int number = 0;
    const char* begin = line.data() + (head ? 7 : 5);
    const auto [end, error] = std::from_chars(begin, line.data() + line.size(), number);
    if (error != std::errc() || (*end != ':' && *end != ','))
      throw Error("the dispatch table holds a line that nobody wrote so: " + printable(line));
    if (row && at != number) throw Error("the dispatch table holds a row without its device: " + printable(line));
    at = number;
    blocks[number].text += line + "\n";
    blocks[number].rows += row ? 1 : 0;
  }
  return blocks;
}

Block block_of(const Tuning& tuning, const std::string& along, const std::string& command, int number) {
  const TunedShape& last = tuning.shapes.back();
  const Environment& where = *last.race.heats.environment;
  Block block;
  block.text = fmt::format("    // {}: {}{}, {}: {}\n", number, comment(where.device.name),
                           where.driver.empty() ? "" : ", driver " + comment(where.driver), last.made_at.substr(0, 10),
                           comment(command));
  for (const Dispatch& row : dispatch_of(tuning, landscapes_of(tuning, along))) {
    const std::string to = row.to == ~std::uint64_t{0} ? "kNoEnd" : std::to_string(row.to);
    block.text += fmt::format("    {{{}, {}, {}, {}, {}, {}}},{}\n", number, literal(row.rest), literal(along), row.from,
                              to, literal(row.variant), row.proven ? "" : "  // a tie at some size");
    ++block.rows;
  }
  return block;
}

}  // namespace

std::string dispatch_table(const Tuning& tuning, const std::string& along, const std::string& command,
                           const std::string& existing) {
  const std::string declaration = name_of(tuning.family);
  Blocks blocks = blocks_in(existing, declaration);
  const auto& environment = tuning.shapes.back().race.heats.environment;
  if (!environment) throw Error("the tuning does not say on which device it was measured, so no table can be written");
  const int number = number_of(*environment);
  blocks[number] = block_of(tuning, along, command, number);
  if (blocks[number].rows == 0) throw Error("no variant was taken at any shape, so there is no table to write");
  std::size_t rows = 0;
  std::string text;
  for (const auto& [capability, block] : blocks) {
    rows += block.rows;
    text += block.text;
  }
  return fmt::format(
      "{} over {}; ratchet/method.md says how a variant is chosen. Written anew it keeps\n"
      "// the rows of other devices.\n#pragma once\n\n#include \"kernels/dispatch.h\"\n\n"
      "namespace ratchet::kernels::dispatch {{\n\ninline constexpr std::array<DispatchRow, {}> {}{{{{\n{}}}}};\n\n"
      "}}  // namespace ratchet::kernels::dispatch\n",
      kFirstLine, printable(tuning.family), rows, declaration, text);
}

}  // namespace ratchet::report
