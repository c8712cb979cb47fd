// The JSON documents through which the programs meet: ratchet-bench prints them, ratchet reads, stores and exports
// them, and other tools may write them. Reading fails closed: a document is accepted whole or refused with one line
// that names the file, the JSON path and the case. A reader must never repair, skip or filter what it was given.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ratchet/run.h"

namespace ratchet::documents {

// "ratchet.module/1": what a module can measure on this machine (ratchet-bench --describe).
struct ModuleDescription {
  std::string name;
  std::string device;  // "cpu" or "cuda"
  std::optional<Environment> environment;
  std::vector<CaseFacts> cases;
  std::vector<std::string> unconfined = {};  // what modules can do on this machine and should not
};

// Whether one call of a case puts the same work on the device on both sides: the same kernels in the same order with
// the same launch configuration and arguments. Of the kernels' machine code it says nothing.
struct CallComparison {
  std::string id;
  bool same = false;
  std::vector<std::string> kernels;  // mangled names, each once; of a sameness at least one
  std::string why;                   // not the same, or nobody can tell
};

// "ratchet.launches/1": what two modules launch (ratchet-bench --identify).
struct CallComparisons {
  std::vector<CallComparison> cases;
};

// One JSON object, `format` first, one case a line, final newline. Fields that are empty, zero or absent are left out;
// doubles are printed with the digits that read back to the same bits. Throws Error on a NaN or an infinity, except in
// a failed check, whose errors are then left out. Text that is not UTF-8 is written with U+FFFD in place of the bad
// bytes.
[[nodiscard]] std::string write(const Run& run);
[[nodiscard]] std::string write(const Duet& duet);
[[nodiscard]] std::string write(const ModuleDescription& module);
[[nodiscard]] std::string write(const CallComparisons& calls);

// `name` is the file's name for messages. Unknown fields are ignored, an optional field that is null counts as absent;
// another major version, a repeated key or case, a time that is not a number above zero, lists of unequal length, a
// case without launches that no failure or warning explains, a sameness without kernels, and a document without cases
// throw Error. Times come back in ns (facts.unit is "ns"). A failed check without error numbers reads as infinitely
// wrong.
[[nodiscard]] Run read_run(std::string_view text, std::string_view name);
[[nodiscard]] Duet read_duet(std::string_view text, std::string_view name);
[[nodiscard]] ModuleDescription read_module(std::string_view text, std::string_view name);
[[nodiscard]] CallComparisons read_call_comparisons(std::string_view text, std::string_view name);

// The `format` of a well-formed document, such as "ratchet.run/1"; Error when it has none.
[[nodiscard]] std::string format_of(std::string_view text, std::string_view name);

// A file's contents, or standard input's for "-"; gzip is told by its magic number and expanded. More than limit_bytes
// after expansion is an Error: no document of ours comes near, and a small gzip file can hold petabytes.
inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t limit_bytes = kMaxFileBytes);

// Replaces or creates a file so that a reader, or a power cut, sees all of the old or all of the new contents:
// temporary file beside it, fsync, rename, fsync of the folder. A symbolic link at `path` is replaced by the file.
void replace_file(const std::filesystem::path& path, std::string_view contents);

}  // namespace ratchet::documents
