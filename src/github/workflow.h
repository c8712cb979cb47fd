// What a job tells GitHub without its API: outputs, the summary, annotations, and the end of workflow commands while
// other people's text is printed. Everything given here may come from strangers and is escaped here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace ratchet::github {

// Appends name=value lines. Error for a name or a value that would be more than one line.
void append_outputs(const std::filesystem::path& file, const std::vector<std::pair<std::string, std::string>>& outputs);

// GitHub drops the whole summary of a step above 1 MiB, so what is there already is counted.
inline constexpr std::size_t kMaxSummaryBytes = std::size_t{1} << 20;
[[nodiscard]] std::size_t room_in_summary(const std::filesystem::path& file);
void append_summary(const std::filesystem::path& file, const std::string& markdown);

enum class Level { Error, Warning };

struct Annotation {
  Level level = Level::Error;
  std::string file;  // relative to the repository; "" when unknown
  std::uint64_t line = 0;
  std::string title;
  std::string message;
};

// GitHub shows ten of a step and drops the rest without a word.
inline constexpr std::size_t kMaxAnnotations = 10;

// One line, without its end.
[[nodiscard]] std::string command(const Annotation& annotation);

// `text` with every line that the runner would take for a command made harmless: "::" at the start of a line, and the
// older "##[" anywhere.
[[nodiscard]] std::string disarm(const std::string& text);

// While this lives the runner obeys no command in the log: names, compilers and kernels print what they like. `token`
// must not be guessable by what runs meanwhile. Destroyed before our own commands are printed, to the same stream.
class CommandsStopped {
 public:
  CommandsStopped(std::ostream& log, std::string token);
  ~CommandsStopped();
  CommandsStopped(const CommandsStopped&) = delete;
  CommandsStopped& operator=(const CommandsStopped&) = delete;

 private:
  std::ostream& log_;
  std::string token_;
};

}  // namespace ratchet::github
