#include "src/github/workflow.h"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <string_view>

#include "ratchet/error.h"

namespace ratchet::github {
namespace {

void append(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::app);
  stream << text;
  stream.flush();
  if (!stream) throw Error("cannot write " + file.string());
}

// The runner reads these four back; anything else stands for itself.
std::string escaped(std::string_view text, bool property) {
  std::string safe;
  for (const char c : text) {
    if (c == '%')
      safe += "%25";
    else if (c == '\r')
      safe += "%0D";
    else if (c == '\n')
      safe += "%0A";
    else if (property && c == ':')
      safe += "%3A";
    else if (property && c == ',')
      safe += "%2C";
    else if (static_cast<unsigned char>(c) < ' ' || c == 127)
      safe += '?';
    else
      safe += c;
  }
  return safe;
}

bool is_one_line(const std::string& text) { return text.find_first_of("\r\n") == std::string::npos; }

}  // namespace

void append_outputs(const std::filesystem::path& file,
                    const std::vector<std::pair<std::string, std::string>>& outputs) {
  std::string text;
  for (const auto& [name, value] : outputs) {
    const bool plain = !name.empty() && name.find_first_of("=< ") == std::string::npos && is_one_line(name);
    if (!plain || !is_one_line(value)) throw Error("the output " + name + " cannot be written: it is not one line");
    text += name + "=" + value + "\n";
  }
  append(file, text);
}

std::size_t room_in_summary(const std::filesystem::path& file) {
  constexpr std::size_t kSpare = 1024;  // line ends, and what the runner may add
  std::error_code none;
  const std::uintmax_t size = std::filesystem::file_size(file, none);
  const std::size_t used = none ? 0 : static_cast<std::size_t>(std::min<std::uintmax_t>(size, kMaxSummaryBytes));
  return kMaxSummaryBytes - used > kSpare ? kMaxSummaryBytes - used - kSpare : 0;
}

void append_summary(const std::filesystem::path& file, const std::string& markdown) { append(file, markdown); }

std::string command(const Annotation& annotation) {
  std::string properties;
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) properties += (properties.empty() ? " " : ",") + (name + ("=" + escaped(value, true)));
  };
  put("file", annotation.file);
  if (!annotation.file.empty() && annotation.line > 0) put("line", std::to_string(annotation.line));
  put("title", annotation.title);
  return std::string(annotation.level == Level::Error ? "::error" : "::warning") + properties +
         "::" + escaped(annotation.message, false);
}

std::string disarm(const std::string& text) {
  std::string safe;
  bool at_start = true;  // of a line; the runner skips blanks before it looks for a command
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (at_start && rest.starts_with("::")) safe += "'";
    if (rest.starts_with("##[")) {
      safe += "## ";
      ++i;
      at_start = false;
      continue;
    }
    safe += text[i];
    // Whatever is no visible ASCII may be one of the many blanks of Unicode.
    const bool visible = text[i] > ' ' && text[i] < 127;
    at_start = text[i] == '\n' || text[i] == '\r' || (at_start && !visible);
  }
  return safe;
}

CommandsStopped::CommandsStopped(std::ostream& log, std::string token) : log_(log), token_(std::move(token)) {
  log_ << "::stop-commands::" << token_ << std::endl;
}

CommandsStopped::~CommandsStopped() { log_ << "\n::" << token_ << "::" << std::endl; }

}  // namespace ratchet::github
