// What other tools measured, as runs of ours. One adapter a format, each pure over text: it takes what its format says,
// tells what the format does not say, and never guesses a unit, repairs a number or drops a row that it does not
// understand.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ratchet/run.h"

namespace ratchet::importers {

// The contents of another file that the text names, by its path relative to the text's own file. Throws Error.
using Companion = std::function<std::string(const std::string& path)>;

struct Source {
  std::string_view text;
  std::string name;       // of the file, for messages
  std::string title;      // what a case is called whose format has no names, such as the file's stem
  Companion companion{};  // empty: nothing stands beside the text
};

// One text is what one invocation of a benchmark program printed: one launch, and its repetitions are the samples. Only
// formats that tell processes apart (ratchet.run/1, JMH's forks, a CSV with a column for it) give more launches.
struct Reading {
  // One a device. Beyond the measurements only what the text says: uuid, commit, environment, started_at and tool may
  // be missing.
  std::vector<Run> runs;
  std::vector<std::string> lacks;  // what the text does not tell and what that limits, one sentence each
};

struct Adapter {
  const char* name;
  const char* about;                      // the producer and what to tell it, one line
  bool (*fits)(std::string_view text);    // cheap; without it read() is not called
  Reading (*read)(const Source& source);  // throws Error
};

[[nodiscard]] const std::vector<Adapter>& adapters();

// Error that lists the names, for one that is none of them.
[[nodiscard]] const Adapter& adapter_named(std::string_view name);

// The one adapter that fits; Error when none or several do.
[[nodiscard]] const Adapter& adapter_for(const Source& source);

// Refuses, beyond what the adapter itself does: text that is not UTF-8 or longer than kMaxTextBytes, text that another
// adapter fits (named in the message), a reading without cases, a case twice in a run, an empty name or one with
// control characters, a time that is not above zero and finite, and a case without times that no failure or warning
// explains.
inline constexpr std::size_t kMaxTextBytes = std::size_t{256} << 20;
[[nodiscard]] Reading read(const Adapter& adapter, const Source& source);

// The contents of files below `folder`, following no link out of it; Error for absolute paths and those that leave it.
[[nodiscard]] Companion companions_in(const std::string& folder);

}  // namespace ratchet::importers
